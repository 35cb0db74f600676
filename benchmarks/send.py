"""Sending: recipients a second with the ledger, without it, and as the usual loop does it; memory; TLS and latency.

    python -m benchmarks.send [--recipients 1000000]

All rates of one run come from the same machine in the same minutes; compare them with each other, not across runs.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from benchmarks import common
from benchmarks.common import REPOSITORY, apes_mailer, first_name, row

BATCH = 1000
SAMPLE = "2025-07"
AUDIENCES = (range(300), range(300, 500))
"""Numbers of the first names that each audience means."""


def send(folder: Path, list_name: str, count: int, environment: dict[str, str]) -> common.Timed:
    """Send the sample letter to a list under a campaign name of its own."""
    name = f"c{time.time_ns()}"
    shutil.copytree(folder / "campaigns" / SAMPLE, folder / "campaigns" / name)
    arguments = ("send", name, "--to", list_name, "--confirm", f"{name}:{count}")
    return apes_mailer(*arguments, cwd=folder, extra=environment)


def sending_rate(sent: common.Timed) -> float:
    """Return the recipients a second that the command itself reports for its sending, after the freeze."""
    (rate,) = re.findall(r"submitted \(100 %\), ([\d,]+)/s", sent.err)
    return float(rate.replace(",", ""))


def without_ledger(folder: Path, base_url: str, count: int) -> float:
    """Return recipients a second of the same letter and requests with nothing written down."""
    from apes_mailer.model.batch import Batch, Recipient
    from apes_mailer.providers.sendgrid import SendGrid
    from apes_mailer.wiring import application

    live = application(folder)
    letter = live.compose(SAMPLE).letter
    provider = SendGrid(api_key="SG.benchmark", base_url=base_url, timeout=60, nonce=live.keyring.substitution_nonce)
    envelope = live.envelope(live.provider("outbox"), "million")
    tag, keyring, url = live.keyring.list_tag("million"), live.keyring, envelope.unsubscribe_url("")

    def batches() -> Iterator[list[Recipient]]:
        with closing(sqlite3.connect(folder / "mailer.db")) as database:
            rows = database.execute(
                "SELECT key, address, json_extract(fields, '$.PRENOM') FROM contact LIMIT ?", (count,)
            )
            while found := rows.fetchmany(BATCH):
                keys = [key for key, _, _ in found]
                marks, tokens = keyring.recipient_marks(keys), keyring.tokens(tag, keys)
                yield [
                    Recipient(address, mark, url + token, {"EMAIL": address, "PRENOM": first})
                    for (_, address, first), mark, token in zip(found, marks, tokens, strict=True)
                ]

    started = time.perf_counter()
    room = BoundedSemaphore(8)

    def submit(payload: Any) -> None:
        provider.submit(payload)
        room.release()

    with ThreadPoolExecutor(8) as pool:
        for number, recipients in enumerate(batches()):
            batch = Batch(
                campaign="c",
                run="r",
                attempt=f"a{number:018}",
                envelope=envelope,
                template=letter.template,
                recipients=recipients,
            )
            payload = provider.payload(batch)
            room.acquire()
            pool.submit(submit, payload)
    return count / (time.perf_counter() - started)


def usual_loop(folder: Path, base_url: str, count: int) -> float:
    """Return recipients a second of one ``SendGridAPIClient.send(Mail(...))`` for each recipient."""
    import sendgrid
    from sendgrid.helpers.mail import Mail

    from apes_mailer.render import fill
    from apes_mailer.wiring import application

    html = fill.show_tags(application(folder).compose(SAMPLE).letter.template.html, fill.Links(pictures="https://x/"))
    client: Any = sendgrid.SendGridAPIClient(api_key="SG.benchmark", host=base_url)
    started = time.perf_counter()
    for number in range(count):
        message = Mail(
            from_email="lettre@example.org", to_emails=f"p{number}@example.org", subject="Lettre", html_content=html
        )
        client.send(message)
    return count / (time.perf_counter() - started)


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=1_000_000)
    count: int = parser.parse_args().recipients
    with tempfile.TemporaryDirectory() as temporary:
        folder = common.workspace(Path(temporary) / "workspace")
        shutil.copytree(REPOSITORY / "campaigns" / SAMPLE, folder / "campaigns" / SAMPLE)
        for name, size in (("million", count), ("dix_mille", 10_000), ("mille", 1000), ("dix", 10)):
            file = common.contacts_file(Path(temporary) / f"{name}.csv", size)
            apes_mailer("contacts", "import", str(file), "--list", name, "--yes", cwd=folder)
        print("| what | measured | wanted |\n| --- | --- | --- |")
        freeze_and_send(folder, count)
        slow_provider(folder, Path(temporary), count)


def freeze_and_send(folder: Path, count: int) -> None:
    """The rows about one machine and a provider that answers at once."""
    with common.sink() as port:
        url = f"http://127.0.0.1:{port}"
        environment = common.sendgrid(url)
        small = apes_mailer("send", SAMPLE, "--to", "dix", "--dry-run", cwd=folder, extra=environment)
        large = apes_mailer("send", SAMPLE, "--to", "million", "--dry-run", cwd=folder, extra=environment)
        row(f"freezing {count:,} recipients of a stored list", f"{large.seconds - small.seconds:.1f} s", "<= 5 s")
        varied = with_audiences(folder)
        few_varied = apes_mailer("send", varied, "--to", "mille", "--dry-run", cwd=folder, extra=environment)
        varied_large = apes_mailer("send", varied, "--to", "million", "--dry-run", cwd=folder, extra=environment)
        seconds = varied_large.seconds - few_varied.seconds
        row(f"the same with {len(AUDIENCES) + 1} variants, by a column of 997 values", f"{seconds:.1f} s", "<= 5 s")
        seconds = freeze_with_consents(folder, environment)
        row("the same with tracking on, each having agreed or refused", f"{seconds:.1f} s", "<= 5 s")
        few = send(folder, "dix_mille", 10_000, environment)
        many = send(folder, "million", count, environment)
        bare = without_ledger(folder, url, count)
        loop = usual_loop(folder, url, 1000)
        whole = count / many.seconds
        rate = sending_rate(many)
        row(f"send to {count:,}, durable ledger: the whole command", f"{whole:,.0f} recipients/s", ">= 60,000/s")
        row("of that, the sending alone, once frozen", f"{rate:,.0f} recipients/s")
        row("the same sending without a ledger", f"{bare:,.0f} recipients/s: ledger keeps {rate / bare:.0%}", ">= 60 %")
        row("one Mail(...) a recipient", f"{loop:,.0f} recipients/s: {rate / loop:,.0f} times slower", ">= 100 times")
        row("peak memory, 10,000 recipients", f"{few.memory:.0f} MB", "<= 120 MB")
        change = many.memory / few.memory - 1
        row(f"peak memory, {count:,} recipients", f"{many.memory:.0f} MB ({change:+.0%})", "<= 120 MB, within 10 %")


def freeze_with_consents(folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds of a freeze that reads a consent to both kinds of counting for each contact.

    Counting is switched on for this only, and the consents are taken away again: other rows are about letters as they
    are by default.
    """
    settings = folder / "apes-mailer.toml"
    before, database_file = settings.read_text(encoding="utf-8"), folder / "mailer.db"
    kept = shutil.copyfile(database_file, folder / "before.db")
    with closing(sqlite3.connect(database_file)) as database, database:
        for place, purpose in enumerate(("opens", "clicks"), start=2):
            database.execute(
                "INSERT INTO consent (key, list_id, purpose, state, at, source)"
                " SELECT key, 0, ?, iif(id % ?, 'given', 'refused'), '2026-01-01T00:00:00.000Z', 'form' FROM contact",
                (purpose, place),
            )
    settings.write_text(f"{before}\n[tracking]\nopens = true\nclicks = true\n", encoding="utf-8")
    small = apes_mailer("send", SAMPLE, "--to", "dix", "--dry-run", cwd=folder, extra=environment)
    large = apes_mailer("send", SAMPLE, "--to", "million", "--dry-run", cwd=folder, extra=environment)
    settings.write_text(before, encoding="utf-8")
    for part in folder.glob("mailer.db*"):
        part.unlink()
    kept.rename(database_file)
    return large.seconds - small.seconds


def with_audiences(folder: Path) -> str:
    """Copy the sample letter, with one more block for each audience; return the name of the copy."""
    name = "publics"
    shutil.copytree(folder / "campaigns" / SAMPLE, folder / "campaigns" / name)
    blocks = "".join(
        f"  - type: quote\n    text: Pour vous.\n    audience: {{prenom: [{', '.join(map(first_name, numbers))}]}}\n"
        for numbers in AUDIENCES
    )
    path = folder / "campaigns" / name / "issue.yaml"
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n") + f"\n{blocks}", encoding="utf-8")
    return name


def slow_provider(folder: Path, temporary: Path, count: int) -> None:
    """The row about TLS and a provider that takes 250 ms."""
    from tests.support.tls import server_context

    _, authority = server_context(temporary)
    server = str(temporary / "server.pem")
    size = count // 4
    file = common.contacts_file(temporary / "quart.csv", size)
    apes_mailer("contacts", "import", str(file), "--list", "quart", "--yes", cwd=folder)
    with common.sink("--latency-ms", "250", "--tls", server, server) as port:
        environment = common.sendgrid(f"https://localhost:{port}", SSL_CERT_FILE=str(authority))
        slow = send(folder, "quart", size, environment)
    row(f"send to {size:,}, TLS, 250 ms, 8 in flight", f"{size / slow.seconds:,.0f} recipients/s", ">= 20,000/s")


if __name__ == "__main__":
    main()
