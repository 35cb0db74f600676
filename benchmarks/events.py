"""Taking what a provider reports: signed notices through the real HTTP route, kept durably and applied, on one core.

python -m benchmarks.events [--recipients 200000] [--notice 1000]
"""

from __future__ import annotations

import argparse
import datetime as dt
import http.client
import itertools
import multiprocessing
import os
import resource
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from apes_mailer.campaign.feedback import Feedback
from apes_mailer.ledger.states import AttemptState
from apes_mailer.model.submission import Submitted
from apes_mailer.providers.sendgrid.webhook import Webhook
from apes_mailer.web import public, server
from apes_mailer.web.site import Site
from apes_mailer.web.webhooks import Webhooks
from tests.support.ledgers import Ledger, address
from tests.support.reporting import SigningKey, notice, reported

BATCH = 1000


def prepare(folder: Path, recipients: int) -> list[str]:
    """Send a campaign to this many, and return the marks of its attempts."""
    ledger = Ledger.create(folder, contacts=recipients)
    ledger.prepare(batch_size=BATCH)
    marks: list[str] = []
    for _ in range(0, recipients, BATCH):
        claim = ledger.claim()
        ledger.record(claim, Submitted())
        marks.append(claim.mark)
    assert set(ledger.attempt_states()) == {AttemptState.SUBMITTED}
    ledger.database.close()
    return marks


def notices(folder: Path, marks: Sequence[str], size: int) -> Iterator[bytes]:
    """Return notices with two events for each recipient, of which one in fifty has bounced."""
    keyring = Ledger.open(folder).keyring

    def events() -> Iterator[dict[str, Any]]:
        for kind in ("processed", "delivered"):
            for number in range(len(marks) * BATCH):
                told = "bounce" if kind == "delivered" and number % 50 == 0 else kind
                mark = keyring.recipient_mark(keyring.contact_key(address(number)))
                words = {"response": "250 2.0.0 OK  1804000000 a1-20020a05sm1", "ip": "192.0.2.10", "tls": 1}
                yield reported(told, address(number), attempt=marks[number // BATCH], recipient=mark, **words)

    every = events()
    while part := list(itertools.islice(every, size)):
        yield notice(part)


def serve(folder: Path, key: str, port: Any) -> None:
    """Serve the public pages on one core until the process is ended."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    ledger = Ledger.open(folder)
    feedback = Feedback(
        database=ledger.database,
        keyring=ledger.keyring,
        webhook=Webhook([key]),
        clock=lambda: dt.datetime.now(dt.UTC),
        keep=dt.timedelta(days=30),
    )
    site = Site(
        database=ledger.database,
        keyring=ledger.keyring,
        published=folder,
        clock=feedback.clock,
        letter="La lettre",
        sender="Le réseau",
        write_to="contact@exemple.example",
        webhooks=Webhooks(feedback),
    )
    listener = server.listen("127.0.0.1", 0, another="")
    port.send(server.url_of(listener))
    server.WebServer(public.application(site)).serve_on(listener)


def post(url: str, signed: Sequence[tuple[bytes, dict[str, str]]]) -> None:
    """Post notices one after the other; any answer but 204 ends the benchmark."""
    for body, headers in signed:
        with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
            connection.request("POST", "/webhooks/sendgrid", body, headers)
            status = connection.getresponse().status
            if status != 204:
                sys.exit(f"a notice was answered with {status}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--recipients", type=int, default=200_000)
    parser.add_argument("--notice", type=int, default=1000)
    options = parser.parse_args()
    key = SigningKey()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        marks = prepare(folder, options.recipients)
        now = dt.datetime.now(dt.UTC)
        signed = [(body, key.headers(body, now)) for body in notices(folder, marks, options.notice)]
        ours, theirs = multiprocessing.Pipe()
        process = multiprocessing.get_context("spawn").Process(target=serve, args=(folder, key.public, theirs))
        process.start()
        url = ours.recv()
        started = time.perf_counter()
        threads = [threading.Thread(target=post, args=(url, signed[half::2])) for half in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seconds = time.perf_counter() - started
        process.terminate()
        process.join()
        show(folder, options.recipients, seconds)


def show(folder: Path, recipients: int, seconds: float) -> None:
    """Print the rate, and check that everything is there."""
    with closing(sqlite3.connect(folder / "mailer.db")) as connection:
        kept, waiting, suppressed = (
            connection.execute(query).fetchone()[0]
            for query in (
                "SELECT count(*) FROM event",
                "SELECT count(*) FROM notice WHERE applied_at IS NULL",
                "SELECT count(*) FROM suppression",
            )
        )
    assert (kept, waiting, suppressed) == (recipients, 0, recipients // 50), (kept, waiting, suppressed)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = used.ru_utime + used.ru_stime
    events = 2 * recipients
    print(f"{events:,} events in {seconds:.1f} s: {events / seconds:,.0f} events/s on one core")
    print(f"{cpu:.1f} s of processor, with the start of the server: {events / cpu:,.0f} events a second of it")


if __name__ == "__main__":
    main()
