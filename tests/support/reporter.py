"""The local SendGrid's Event Webhook: reports to the real ``apes-mailer serve``, the way reports come, and kills it."""

from __future__ import annotations

import datetime as dt
import http.client
import random
import subprocess
import zlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from tests.support.cli import Cli
from tests.support.crash_points import WEBHOOK_POINTS
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import LocalSendGrid
from tests.support.reporting import SigningKey, notice, reported

_FIRST_MOMENT = 1_804_000_000


def deaths(seed: int) -> list[str]:
    """Return how a server dies the first three times."""
    dice = random.Random(f"deaths {seed}")
    return [f"{dice.choice(WEBHOOK_POINTS)}:{dice.randint(1, 6)}:SIGKILL" for _ in range(3)]


class Serve:
    """``apes-mailer serve`` in a process of its own, which is started again whenever it has died."""

    def __init__(self, cli: Cli, key: SigningKey, deaths: Sequence[str] = ()) -> None:
        """``deaths``: the crash point of each start in turn; after the last one it lives."""
        self._cli = Cli(workspace=cli.workspace, home=cli.home, module=("tests.support.crash_points",))
        self._key = key
        self._deaths = list(deaths)
        self._process: subprocess.Popen[str] | None = None
        self._netloc = ""
        self.died = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def post(self, events: list[dict[str, Any]]) -> bool:
        """Post a notice, starting the server if need be; return whether it was taken."""
        while self._process is None:
            self._start()
        body = notice(events)
        connection = http.client.HTTPConnection(self._netloc, timeout=60)
        try:
            connection.request("POST", "/webhooks/sendgrid", body, self._key.headers(body, dt.datetime.now(dt.UTC)))
            return connection.getresponse().status == 204
        except (OSError, http.client.HTTPException):
            self._end()
            self.died += 1
            return False
        finally:
            connection.close()

    def _start(self) -> None:
        death = self._deaths.pop(0) if self._deaths else ""
        extra = {"APES_MAILER_SENDGRID_WEBHOOK_KEYS": self._key.public, "CRASH_POINT": death}
        self._process = self._cli.start("serve", "--port", "0", extra=extra)
        assert self._process.stderr is not None
        line = self._process.stderr.readline()
        if death and not line:  # dead before it listened
            self._end()
            self.died += 1
            return
        assert "http://" in line, line
        self._netloc = line.partition("http://")[2].split()[0]


class Reporter:
    """Reports what becomes of accepted mail: late, many times, out of order, some of it without our marks.

    Each notice is posted until it is taken, as SendGrid does.
    """

    def __init__(self, serve: Serve, dice: random.Random) -> None:
        self._serve = serve
        self._dice = dice
        self._seen: set[int] = set()
        self.notices = 0

    def report(self, server: LocalSendGrid) -> None:
        """Report of every request that was accepted and not reported yet, and of some again."""
        new = [request for request in server.requests if request.accepted and request.seq not in self._seen]
        self._seen |= {request.seq for request in new}
        again = [each for each in server.requests if each.accepted and self._dice.random() < 0.2]
        self._post([event for request in (*new, *again) for event in self._events(request)])

    def report_request(self, request: SeenRequest) -> None:
        """Report of one request that was accepted, maybe while whoever made it still waits for the answer."""
        self._seen.add(request.seq)
        self._post(self._events(request))

    def _post(self, events: list[dict[str, Any]]) -> None:
        self._dice.shuffle(events)
        while events:
            size = self._dice.randint(1, 2000)
            part, events = events[:size], events[size:]
            while not self._serve.post(part):
                pass  # the server has died, and is started again
            self.notices += 1

    def _events(self, request: SeenRequest) -> list[dict[str, Any]]:
        body: Any = request.body
        return [event for person in body["personalizations"] for event in self._of_person(person, request.seq)]

    def _of_person(self, person: Mapping[str, Any], seq: int) -> list[dict[str, Any]]:
        """What is reported of one mail: mostly two events, one of a thousand mailboxes is gone."""
        address, marks = person["to"][0]["email"], person["custom_args"]
        gone = zlib.crc32(address.encode()) % 1000 == 0
        kinds = ["processed", "bounce" if gone else "delivered"]
        events: list[dict[str, Any]] = []
        for place, kind in enumerate(kinds):
            known = {"attempt": marks["apes_attempt"], "recipient": marks["apes_recipient"]}
            if kind == "bounce" and self._dice.random() < 0.5:
                known = {}  # one that came late
            elif self._dice.random() < 0.05:
                del known["recipient"]
            event = reported(kind, address, timestamp=_FIRST_MOMENT + 10 * seq + place, **known)
            copies = 46 if self._dice.random() < 0.002 else self._dice.choice([1, 1, 1, 2, 3])
            events += [{**event, "sg_event_id": f"{seq}-{place}-{copy}"} for copy in range(copies)]
        return events
