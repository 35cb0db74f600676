"""A mistake, and what the command must say of it: what is wrong, where, and what to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.support.cli import STARTER, Cli
from tests.support.local_sendgrid import LocalSendGrid

ISSUE = f"campaigns/{STARTER}/issue.yaml"
SETTINGS = "apes-mailer.toml"
LIST = "contacts/liste.csv"
SUBJECT = "subject: Notre première lettre d’information"

SEND = ("send", STARTER, "--to", "liste", "--confirm", f"{STARTER}:2")
TEST = ("test", STARTER)
CHECK = ("check", STARTER)
IMPORT = ("contacts", "import", f"{{workspace}}/{LIST}", "--list", "tous", "--yes", "--json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One mistake.

    ``files`` are written over the starter's, ``edits`` are (old, new) in one of its files. ``{workspace}`` in an
    argument is the workspace's folder. ``says`` are parts of what must be on stderr.
    """

    name: str
    run: tuple[str, ...]
    code: int
    says: tuple[str, ...]
    files: Mapping[str, str | bytes] = field(default_factory=dict[str, str | bytes])
    edits: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        return self.name

    def arrange(self, cli: Cli) -> None:
        """Make the mistake in a workspace."""
        for name, content in self.files.items():
            path = cli.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        for name, (old, new) in self.edits.items():
            path = cli.workspace / name
            text = path.read_text(encoding="utf-8")
            assert old in text
            path.write_text(text.replace(old, new, 1), encoding="utf-8")


def judge(case: Case, cli: Cli, server: LocalSendGrid) -> None:
    """Run a case; it must be told as it should, and nobody may have been mailed."""
    case.arrange(cli)
    before = len(server.accepted)
    arguments = [argument.replace("{workspace}", str(cli.workspace)) for argument in case.run]
    done = cli.run(*arguments, extra=case.environment)
    assert "Traceback" not in done.err
    assert done.code == case.code, done.err
    for part in case.says:
        assert part in done.err
    assert len(server.accepted) == before
    assert list(cli.workspace.glob("outbox/**/*.eml")) == []
    if done.out:
        json.loads(done.out)
