"""Looking at what a command did."""

from __future__ import annotations

import email
from email import policy
from email.message import EmailMessage
from typing import Any

from tests.support.cli import STARTER, Cli, sendgrid_environment
from tests.support.local_sendgrid import API_KEY, LocalSendGrid

TO_ALL = ("send", STARTER, "--to", "tous")
SEND = (*TO_ALL, "--confirm", f"{STARTER}:60")
"""Sends to the 60 contacts of the small workspace."""

STATUS_KEYS = {
    "campaign",
    "state",
    "candidates",
    "recipients",
    "excluded",
    "pending",
    "submitting",
    "submitted",
    "refused",
    "unknown",
    "batches",
}


def through(cli: Cli, server: LocalSendGrid, *, batch_size: int = 10, in_flight: int = 1, timeout: float = 300) -> Cli:
    """Let the commands send through a local SendGrid."""
    cli.extra = sendgrid_environment(
        server.base_url, API_KEY, batch_size=batch_size, in_flight=in_flight, timeout=timeout
    )
    return cli


def sound(status: dict[str, Any]) -> dict[str, Any]:
    """Return a status after a look at its keys and its sums."""
    assert status.keys() >= STATUS_KEYS
    parts = ("pending", "submitting", "submitted", "refused", "unknown")
    assert status["candidates"] == status["recipients"] + sum(status["excluded"].values())
    assert status["recipients"] == sum(status[part] for part in parts)
    return status


def messages(cli: Cli) -> list[EmailMessage]:
    """Return what is in the outbox."""
    files = sorted(cli.workspace.glob("outbox/**/*.eml"))
    return [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]


def content(message: EmailMessage, kind: str) -> str:
    """Return a part of a message, ``html`` or ``plain``."""
    part: Any = message.get_body((kind,))
    return str(part.get_content())
