"""Bringing a campaign of 60 recipients into trouble, and looking at what became of it."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

from tests.acceptance.looking import SEND, sound
from tests.support.cli import STARTER, Cli
from tests.support.journal import SeenRequest
from tests.support.local_sendgrid import LocalSendGrid
from tests.support.truth import Truth, check

ALL = frozenset(f"personne{number}@exemple{number % 37}.example" for number in range(60))
"""The contacts of the small workspace."""


def looked_at(cli: Cli, server: LocalSendGrid, *, database: Path | None = None) -> dict[str, Any]:
    """Return the status after comparing it with what the provider took."""
    status = sound(cli.status())
    check(status, database or cli.workspace / "mailer.db", Truth(accepted=server.accepted, addresses=ALL))
    assert server.journal.violations == []
    return status


def finish(cli: Cli, server: LocalSendGrid) -> None:
    """Resume a campaign with nothing in doubt; everybody has the letter once."""
    cli.ok("resume", STARTER)
    status = looked_at(cli, server)
    assert (status["state"], status["submitted"]) == ("finished", 60)
    assert len(server.accepted) == 60


def under(cli: Cli, hardship: str) -> Cli:
    """Return what runs the same commands under a hardship of ``tests.support.hardship``."""
    return Cli(
        workspace=cli.workspace,
        home=cli.home,
        extra={**cli.extra, "HARDSHIP": hardship},
        module=("tests.support.hardship",),
    )


def stop_after(cli: Cli, server: LocalSendGrid, requests: int) -> None:
    """Send, and pause by a signal while the provider holds the request of this number, which it takes."""
    process = cli.start(*SEND)

    def stop(seen: SeenRequest) -> None:
        if seen.seq == requests:
            process.send_signal(signal.SIGTERM)

    server.on_received = stop
    _out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
