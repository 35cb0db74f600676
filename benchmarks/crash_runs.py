"""Many seeded crash runs, summed up for docs/send-protocol.md.

python -m benchmarks.crash_runs [--doubts person|events|log] [--runs 200] [--first 0]

Doubts are settled by a person who looks each up, by what the provider reports to a ``serve`` that is killed too, or by
the provider's log, which lags. With events and log, a person settles only what the provider never took.
"""

from __future__ import annotations

import argparse
import functools
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.chaos import ReportedRun, Result, Run
from tests.support.cli import Cli, copy_workspace, make_workspace, write_contacts
from tests.support.reporter import Serve, deaths
from tests.support.reporting import SigningKey

RECIPIENTS = 10_000
BATCH_SIZE = 200
ADDRESSES = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(RECIPIENTS))
SUMS = (
    "commands",
    "kills",
    "terms",
    "requests",
    "faults",
    "reported_at_once",
    "server_deaths",
    "proved",
    "doubtful_batches",
    "refused",
    "submitted",
)


def one(original: Cli, folder: Path, doubts: str, seed: int) -> Result:
    """Run one seed in a copy of the workspace."""
    place = folder / str(seed)
    cli = copy_workspace(original, place / "workspace", place / "home")
    try:
        return _run(cli, doubts, seed)
    finally:
        shutil.rmtree(place)


def _run(cli: Cli, doubts: str, seed: int) -> Result:
    if doubts == "events":
        with Serve(cli, SigningKey(), deaths(seed)) as serve:
            result = ReportedRun(seed, cli, ADDRESSES, batch_size=BATCH_SIZE, serve=serve).go()
            result.server_deaths = serve.died
            return result
    lag = seed % 4 if doubts == "log" else None
    return Run(seed, cli, ADDRESSES, batch_size=BATCH_SIZE, log_lag=lag).go()


def main() -> None:
    """Run and print the sums; a broken promise ends it with a traceback."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--doubts", choices=["person", "events", "log"], default="person")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    seeds = range(options.first, options.first + options.runs)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        cli = make_workspace(folder / "workspace", folder / "home")
        contacts = write_contacts(folder / "tous.csv", RECIPIENTS)
        cli.ok("contacts", "import", str(contacts), "--list", "tous", "--yes")
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(functools.partial(one, cli, folder, options.doubts), seeds))
    print(
        f"runs {len(results)}, recipients {sum(r.submitted + r.refused for r in results):,}, doubts: {options.doubts}"
    )
    for name in SUMS:
        print(f"{name:<18}{sum(getattr(result, name) for result in results):>12,}")
    print(f"{'most in doubt':<18}{max(result.most_in_doubt for result in results):>12,}")
    print("lost 0, mailed twice 0, finished when it was not: 0 (a run that breaks a promise ends this program)")


if __name__ == "__main__":
    main()
