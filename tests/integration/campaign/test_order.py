"""The rules of sending hold for whoever places an order, not for the command line alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer.campaign import audience, dispatch, prepare, starter
from apes_mailer.campaign.dispatch import Watch
from apes_mailer.campaign.order import MOST_TEST_ADDRESSES, Order, Purpose
from apes_mailer.cli import cards, orders
from apes_mailer.errors import CancelledError, CheckFailedError, LedgerError
from apes_mailer.ledger.states import Kind
from apes_mailer.model.batch import Batch
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import Submission, Submitted
from apes_mailer.providers.base import Limits, Payload
from apes_mailer.wiring import Application
from tests.support.cli import STARTER

Place = Callable[..., Order]


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("APES_MAILER_PROVIDER", "APES_MAILER_PUBLIC_URL", "APES_MAILER_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    workspace = starter.init(tmp_path / "lettre")
    people = "".join(f"personne{number}@exemple.example\n" for number in range(MOST_TEST_ADDRESSES + 1))
    (workspace.contacts / "adherents.csv").write_text(f"EMAIL\n{people}", encoding="utf-8")
    (workspace.contacts / "staff.csv").write_text("EMAIL\nnadia@exemple.example\n", encoding="utf-8")
    return Application(workspace)


@pytest.fixture
def place(application: Application) -> Place:
    def placed(purpose: Purpose, list_name: str) -> Order:
        outbox = application.provider("outbox")
        return Order(
            composition=application.compose(STARTER),
            audience=audience.find(application.workspace, application.database, list_name),
            purpose=purpose,
            provider=outbox,
            envelope=application.envelope(outbox, list_name),
            batch_size=10,
            actor="test",
        )

    return placed


def _prepare(application: Application, order: Order, expected: int | None) -> int:
    now = application.clock()
    with_keys = (application.keyring, application.instance, now)
    return prepare.prepare(application.database, order, *with_keys, expected=expected).recipients


def test_a_send_without_a_confirmed_number_is_refused(application: Application, place: Place) -> None:
    with pytest.raises(CancelledError) as caught:
        _prepare(application, place(Purpose.SEND, "staff"), None)
    assert f"--confirm {STARTER}:1" in caught.value.hint


def test_a_test_to_colleagues_needs_no_number(application: Application, place: Place) -> None:
    assert _prepare(application, place(Purpose.TEST, "staff"), None) == 1


def test_a_test_to_another_list_or_to_many_does(application: Application, place: Place) -> None:
    with pytest.raises(CancelledError):
        _prepare(application, place(Purpose.TEST, "adherents"), None)
    (application.workspace.contacts / "adherents.csv").rename(application.workspace.contacts / "staff.csv")
    with pytest.raises(CancelledError):
        _prepare(application, place(Purpose.TEST, "staff"), None)
    assert _prepare(application, place(Purpose.TEST, "staff"), MOST_TEST_ADDRESSES + 1) == MOST_TEST_ADDRESSES + 1


def test_a_letter_with_an_error_is_not_prepared(application: Application, place: Place) -> None:
    issue = application.workspace.campaigns / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    assert "https://" in text
    issue.write_text(text + "\n  - type: editorial\n    title: Suite\n    text: '[ici](#)'\n", encoding="utf-8")
    with pytest.raises(CheckFailedError):
        _prepare(application, place(Purpose.TEST, "staff"), None)


def test_what_stays_on_this_computer_is_a_rehearsal(application: Application, place: Place) -> None:
    order = place(Purpose.SEND, "staff")
    assert (order.kind, place(Purpose.TEST, "staff").kind) == (Kind.REHEARSAL, Kind.TEST)
    watch = Watch(prepared=lambda _: None, progress=lambda _: None, sender=lambda _: None, warn=pytest.fail)
    done = dispatch.send(application.surroundings(order.provider), application.workspace, order, watch, expected=1)
    assert (done.status.kind, done.status.submitted) == (Kind.REHEARSAL, 1)


class Real:
    """A provider that is no rehearsal and takes everything."""

    name = "sendgrid"
    rehearsal = False
    limits = Limits(recipients=1000, merge_bytes=None)

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:
        return len(template.html) + len(values)

    def payload(self, batch: Batch) -> Payload:
        return Payload(content=batch, size=len(batch.recipients))

    def submit(self, payload: Payload) -> Submission:
        return Submitted(provider_id=str(payload.size))


def _sent_for_real(application: Application, order: Order) -> None:
    watch = Watch(prepared=lambda _: None, progress=lambda _: None, sender=lambda _: None, warn=pytest.fail)
    real = Real()
    done = dispatch.send(
        application.surroundings(real), application.workspace, replace(order, provider=real), watch, expected=1
    )
    assert (done.status.kind, done.status.submitted) == (Kind.SEND, 1)


def test_the_same_letter_under_another_name_is_pointed_out(application: Application, place: Place) -> None:
    order = place(Purpose.SEND, "staff")
    _sent_for_real(application, order)
    folder = application.workspace.campaigns / STARTER
    folder.rename(folder.with_name("juillet"))
    again = replace(order, composition=application.compose("juillet"))
    card = cards.card(application, again, orders.survey_of(application, again))
    assert f"Warning: this letter was sent to staff as {STARTER}, " in card


def test_names_that_differ_in_capital_letters_only_are_one(application: Application, place: Place) -> None:
    order = place(Purpose.SEND, "staff")
    _sent_for_real(application, order)
    folder = application.workspace.campaigns / STARTER
    folder.rename(folder.with_name(STARTER.upper()))
    again = replace(order, composition=application.compose(STARTER.upper()), provider=Real())
    with pytest.raises(LedgerError, match="differ in capital letters only"):
        _prepare(application, again, 1)


def test_field_that_nobody_has_is_pointed_out(application: Application, place: Place) -> None:
    issue = application.workspace.campaigns / STARTER / "issue.yaml"
    text = issue.read_text(encoding="utf-8")
    issue.write_text(text.replace("subject: ", "subject: <<contact.PRENMO|Bonjour>> ", 1), encoding="utf-8")
    order = place(Purpose.SEND, "staff")
    surveyed = orders.survey_of(application, order)
    assert "PRENMO" in [each.name for each in surveyed.empty_fields]
    said = cards.card(application, order, surveyed)
    [warning] = [line for line in said.splitlines() if "PRENMO>>" in line]
    line = next(
        number for number, each in enumerate(issue.read_text(encoding="utf-8").splitlines(), 1) if "PRENMO" in each
    )
    assert warning.startswith(f"  Warning: campaigns/premier-numero/issue.yaml:{line} <<contact.PRENMO>>: nobody on ")
