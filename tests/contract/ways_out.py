"""Each provider with its other side: what arrived there, read back in one form."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from apes_mailer.model.keys import Keyring
from apes_mailer.providers.base import Provider
from apes_mailer.providers.outbox import Outbox
from apes_mailer.providers.sendgrid import SendGrid
from tests.support import sendgrid_rules
from tests.support.local_sendgrid import API_KEY, LocalSendGrid
from tests.support.sendgrid_body import Mail, read_mail

AT = dt.datetime(2027, 7, 1, 9, 30, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A message at its recipient: what is read, the list headers, and everything that came with it."""

    address: str
    subject: str
    text: str
    html: str
    unsubscribe: str
    one_click: str
    everything: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOut:
    """A provider that works, one that cannot reach its other side, and what has arrived so far."""

    provider: Provider
    cut_off: Provider
    arrived: Callable[[], list[Arrived]]


@contextmanager
def outbox(folder: Path) -> Generator[WayOut]:
    """The files in a workspace; a file in the way of the folder cuts it off."""
    folder.mkdir()
    blocked = folder / "blocked"
    blocked.write_text("", encoding="utf-8")

    def provider(where: Path) -> Outbox:
        return Outbox(where, pictures=folder / "published", clock=lambda: AT)

    def arrived() -> list[Arrived]:
        return [_from_file(path) for path in sorted((folder / "outbox").rglob("*.eml"))]

    yield WayOut(provider=provider(folder / "outbox"), cut_off=provider(blocked / "outbox"), arrived=arrived)


def _from_file(path: Path) -> Arrived:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)

    def body(kind: str) -> str:
        part = message.get_body((kind,))
        assert part is not None
        return cast("bytes", part.get_payload(decode=True)).decode().replace("\r\n", "\n")

    return Arrived(
        address=str(message["To"]),
        subject=str(message["Subject"]),
        text=body("plain"),
        html=body("html"),
        unsubscribe=str(message["List-Unsubscribe"]),
        one_click=str(message["List-Unsubscribe-Post"]),
        everything=f"{message.items()} {body('plain')} {body('html')}",
    )


@contextmanager
def sendgrid(_folder: Path) -> Generator[WayOut]:
    """A SendGrid on this computer; a port where nobody listens cuts it off."""

    def provider(base_url: str) -> SendGrid:
        nonce = Keyring(bytes(32)).substitution_nonce
        return SendGrid(api_key=API_KEY, base_url=base_url, timeout=20, nonce=nonce)

    with LocalSendGrid(log_lag=0) as server, closed_port() as port:

        def arrived() -> list[Arrived]:
            bodies = [request.raw for request in server.requests if request.accepted]
            return [message for body in bodies for message in _from_body(body)]

        yield WayOut(provider=provider(server.base_url), cut_off=provider(f"http://127.0.0.1:{port}"), arrived=arrived)


def _from_body(body: bytes) -> Generator[Arrived]:
    mail: dict[str, Any] = json.loads(body)
    read = read_mail(body)
    assert isinstance(read, Mail)
    for number, person in enumerate(mail["personalizations"]):
        letter = sendgrid_rules.merged(read, number)
        yield Arrived(
            address=", ".join(to["email"] for to in person["to"]),
            **letter,
            unsubscribe=str(person.get("headers", {}).get("List-Unsubscribe")),
            one_click=str(person.get("headers", {}).get("List-Unsubscribe-Post")),
            everything=json.dumps({**mail, "personalizations": [person]}, ensure_ascii=False),
        )


@contextmanager
def closed_port() -> Generator[int]:
    """A port of 127.0.0.1 that refuses connections: it is taken, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


WAYS_OUT = {"outbox": outbox, "sendgrid": sendgrid}
"""Every provider, by name; a new one has its line here."""
