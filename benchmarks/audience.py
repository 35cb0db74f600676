"""Questions about a list of a million that was sent to: segments, why, the report, one person, contacts without a sign.

Then readers who leave it, through the real server.

python -m benchmarks.audience [--contacts 1000000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from apes_mailer.campaign import audience
from apes_mailer.campaign import why as asking
from apes_mailer.campaign.feedback import Feedback
from apes_mailer.model import segment
from apes_mailer.providers.sendgrid.webhook import Webhook
from apes_mailer.wiring import Application, application
from benchmarks import common
from benchmarks.common import REPOSITORY, apes_mailer, row
from tests.support.reporting import SigningKey, notice, reported

SAMPLE, LIST = "2025-07", "million"
SEGMENTS = (
    'prenom = "Prénom12"',
    "structure = structure 12* and not prenom = prénom1, prénom2",
    "structure = structure 1* or nom = nom12*",
)
_ASKED = 50  # addresses
_LEAVING = 200  # readers who unsubscribe
_NOTICE = 1000  # events
_GONE = 50  # one in so many mailboxes is
_SENT = """
    SELECT contact.key, contact.address, attempt.mark FROM batch
    JOIN attempt ON attempt.campaign_id = batch.campaign_id AND attempt.batch_no = batch.no
    JOIN recipient ON recipient.campaign_id = batch.campaign_id
        AND recipient.contact_id BETWEEN batch.first_contact AND batch.last_contact
    JOIN contact ON contact.id = recipient.contact_id
"""


def seconds(work: Callable[[], object]) -> float:
    """Return how long something takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def count_segments(live: Application) -> None:
    """Time the count of a segment that asks for one column, for two, and for one of two."""
    for expression in SEGMENTS:
        where = segment.parse(expression, {})
        found = audience.find(live.workspace, live.database, LIST, where=where)
        with live.database.read() as connection:
            took = min(seconds(partial(audience.count, connection, found)) for _ in range(3))
        row(f"counting `{expression}`", f"{took:.2f} s", "< 1 s")


def ask_why(live: Application, addresses: list[str]) -> None:
    """Time ``why`` for single addresses, letter included."""
    took = sorted(
        seconds(lambda each=each: asking.why(live.database, live.keyring, SAMPLE, each, at=live.clock()))
        for each in addresses
    )
    row("why: one address of a campaign, median", f"{took[len(took) // 2] * 1000:.0f} ms", "< 50 ms")
    row("why: the slowest of them", f"{took[-1] * 1000:.0f} ms", "< 50 ms")


def report_back(folder: Path, live: Application) -> None:
    """Let the provider report of every recipient: most were reached, one in fifty was not."""
    key = SigningKey()
    feedback = Feedback(
        database=live.database,
        keyring=live.keyring,
        webhook=Webhook([key.public]),
        clock=live.clock,
        keep=dt.timedelta(days=30),
    )
    with closing(sqlite3.connect(folder / "mailer.db")) as database:
        rows = database.execute(_SENT)
        while sent := rows.fetchmany(_NOTICE):
            marks = live.keyring.recipient_marks([contact for contact, _, _ in sent])
            body = notice(
                [
                    reported("delivered" if number % _GONE else "bounce", address, attempt=attempt, recipient=mark)
                    for number, ((_, address, attempt), mark) in enumerate(zip(sent, marks, strict=True))
                ]
            )
            feedback.take(key.headers(body, live.clock()), body)


@contextmanager
def serving(folder: Path) -> Generator[str]:
    """Run ``apes-mailer serve``; yields the host and port it answers at."""
    command = [sys.executable, "-m", "apes_mailer", "--workspace", str(folder), "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=REPOSITORY, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        url = next(word for word in process.stderr.readline().split() if word.startswith("http://"))
        yield url.removeprefix("http://").rstrip("/")
        process.terminate()


def leave(netloc: str, tokens: Sequence[str]) -> Iterator[float]:
    """Unsubscribe with one click each, as mail programs do (RFC 8058); yields the seconds until each was answered.

    It is written down before it is answered, and the next batch of a running send reads what is written down.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for token in tokens:
        started = time.perf_counter()
        with closing(http.client.HTTPConnection(netloc, timeout=60)) as connection:
            connection.request("POST", f"/u/{token}", b"List-Unsubscribe=One-Click", headers)
            status = connection.getresponse().status
        if status != 200:
            sys.exit(f"an unsubscription was answered with {status}")
        yield time.perf_counter() - started


def one_click(folder: Path, live: Application) -> None:
    """Time readers who leave a list of a million."""
    with closing(sqlite3.connect(folder / "mailer.db")) as database:
        keys = [key for (key,) in database.execute("SELECT key FROM contact ORDER BY key LIMIT ?", (_LEAVING,))]
    with serving(folder) as netloc:
        took = sorted(leave(netloc, live.keyring.tokens(live.keyring.list_tag(LIST), keys)))
    with closing(sqlite3.connect(folder / "mailer.db")) as database:
        ((gone,),) = database.execute("SELECT count(*) FROM suppression WHERE cause = 'unsubscribed'")
    assert gone == _LEAVING, gone
    row("one-click unsubscribe, answered, median", f"{took[len(took) // 2] * 1000:.0f} ms", "<= 100 ms")
    row(f"the slowest of {_LEAVING}", f"{took[-1] * 1000:.0f} ms", "<= 100 ms")


def main() -> None:
    """Build the workspace once, and print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=1_000_000)
    count: int = parser.parse_args().contacts
    with tempfile.TemporaryDirectory() as temporary:
        folder = common.workspace(Path(temporary) / "workspace")
        shutil.copytree(REPOSITORY / "campaigns" / SAMPLE, folder / "campaigns" / SAMPLE)
        people = common.contacts_file(Path(temporary) / "people.csv", count)
        apes_mailer("contacts", "import", str(people), "--list", LIST, "--yes", cwd=folder)
        with common.sink() as port:
            extra = common.sendgrid(f"http://127.0.0.1:{port}")
            apes_mailer("send", SAMPLE, "--to", LIST, "--confirm", f"{SAMPLE}:{count}", cwd=folder, extra=extra)
        print("| what | measured | wanted |\n| --- | --- | --- |")
        live = application(folder)
        count_segments(live)
        with people.open(encoding="utf-8") as lines:
            every = count // _ASKED
            addresses = [line.partition(";")[0] for number, line in enumerate(lines) if number and not number % every]
        ask_why(live, addresses)
        report_back(folder, live)
        one_click(folder, live)
        live.database.close()
        whole_commands(folder, addresses[0])


def whole_commands(folder: Path, address: str) -> None:
    """The rows about commands, start and all."""
    told = apes_mailer("report", SAMPLE, "--out", str(folder / "report.html"), cwd=folder)
    row("`report`, with the HTML page, the whole command", f"{told.seconds:.2f} s", "< 2 s")
    stale = apes_mailer("contacts", "stale", "--list", LIST, cwd=folder)
    row("`contacts stale`, the whole command", f"{stale.seconds:.2f} s")
    person = apes_mailer("contacts", "export-person", address, cwd=folder)
    row("`contacts export-person`, the whole command", f"{person.seconds:.2f} s", "< 5 s")
    erased = apes_mailer("contacts", "erase-person", address, "--confirm", address, cwd=folder)
    row("`contacts erase-person`, the whole command", f"{erased.seconds:.2f} s", "< 5 s")
    largest = max(each.memory for each in (told, stale, person, erased))
    row("peak memory of these commands", f"{largest:.0f} MB", "<= 120 MB")


if __name__ == "__main__":
    main()
