"""Mistakes in settings and credentials: what, where, cure, exit code, no traceback, nobody mailed."""

from __future__ import annotations

import pytest

from tests.acceptance.bad_input import SETTINGS, TEST, Case, judge
from tests.support.cli import STARTER, Cli
from tests.support.local_sendgrid import LocalSendGrid

pytestmark = pytest.mark.slow

CREDENTIALS = [
    Case(
        name="wrong key",
        run=TEST,
        code=4,
        environment={"SENDGRID_API_KEY": "SG.wrong"},
        says=("SendGrid answered 401", "Check SENDGRID_API_KEY"),
    ),
    Case(
        name="unverified sender",
        run=TEST,
        code=4,
        edits={SETTINGS: ("lettre@example.org", "lettre@unverified.example")},
        says=("SendGrid answered 403", "the sender is not verified", "Sender Authentication"),
    ),
    Case(
        name="no key",
        run=TEST,
        code=4,
        environment={"SENDGRID_API_KEY": ""},
        says=("SENDGRID_API_KEY is not set", "Make a key"),
    ),
    Case(
        name="key that is none",
        run=TEST,
        code=4,
        environment={"SENDGRID_API_KEY": "SG.é"},
        says=("SENDGRID_API_KEY", "Copy"),
    ),
    Case(
        name="unknown provider",
        run=(*TEST, "--provider", "brevo"),
        code=2,
        says=("--provider brevo", "Providers: outbox, sendgrid"),
    ),
    Case(
        name="secret",
        run=TEST,
        code=4,
        files={"secret.key": "abc\n"},
        says=("secret.key is damaged", "from a backup"),
    ),
]

SETTING = [
    *(
        Case(
            name=f"public_url {url!r}",
            run=TEST,
            code=4,
            environment={"APES_MAILER_PUBLIC_URL": url},
            says=("https://", *says),
        )
        for url, *says in (
            ("", "needs public_url", "APES_MAILER_PUBLIC_URL"),
            ("http://lettre.example.org", "APES_MAILER_PUBLIC_URL: must begin with https://"),
            ("http://127.0.0.1:8025", "needs public_url", "APES_MAILER_PUBLIC_URL"),
        )
    ),
    *(
        Case(name=f"batch size {size}", run=TEST, code=4, environment={"APES_MAILER_BATCH_SIZE": size}, says=(said,))
        for size, said in (
            ("0", "APES_MAILER_BATCH_SIZE: must be 1 or more"),
            ("5000", "APES_MAILER_BATCH_SIZE: must be 1000 or less"),
        )
    ),
    Case(
        name="PostgreSQL",
        run=TEST,
        code=4,
        environment={"APES_MAILER_DATABASE_URL": "postgresql://u:p@db.example/x"},
        says=("SQLite only", "sqlite:///"),
    ),
    Case(
        name="broken TOML",
        run=TEST,
        code=4,
        edits={SETTINGS: ('name = "Mon organisation"', "name = Mon organisation")},
        says=("apes-mailer.toml:", "cannot be read", 'with: name = "Mon organisation"'),
    ),
    Case(
        name="unknown setting",
        run=TEST,
        code=4,
        edits={SETTINGS: ("provider =", "provder =")},
        says=("apes-mailer.toml:", "send.provder: is not a setting", 'with: provider = "outbox"'),
    ),
    Case(
        name="no database",
        run=("status", STARTER),
        code=1,
        files={"mailer.db": "not a database at all. " * 200},
        says=("mailer.db is damaged or is not a database", "backup"),
    ),
]


@pytest.mark.parametrize("case", [*CREDENTIALS, *SETTING], ids=str)
def test_mistake_is_told_with_its_place_and_cure(case: Case, strict: Cli, strict_server: LocalSendGrid) -> None:
    judge(case, strict, strict_server)
