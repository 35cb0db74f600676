"""Following a send: how it ended, and the signals."""

from __future__ import annotations

import pytest

from apes_mailer.campaign.dispatch import Dispatched
from apes_mailer.cli import following
from apes_mailer.errors import IncompleteError, InterruptedByUserError, SettingsError
from apes_mailer.ledger.states import CampaignState, Kind
from apes_mailer.ledger.status import Status


def _ended(state: CampaignState, *, person: bool = False, credentials: bool = False, **more: object) -> Dispatched:
    values: dict[str, object] = {"recipients": 30, "excluded": {}, "kind": Kind.SEND, **more}
    status = Status(campaign="2027-01", state=state, **values)  # pyright: ignore[reportArgumentType] - fields of a test
    return Dispatched(status=status, refused_credentials=credentials, stopped_by_person=person, run="r")


def test_finished_send_is_no_error() -> None:
    following.conclude(_ended(CampaignState.FINISHED, submitted=30))


def test_send_that_a_person_stopped_can_be_resumed() -> None:
    with pytest.raises(InterruptedByUserError) as caught:
        following.conclude(
            _ended(CampaignState.PAUSED, person=True, submitted=10, pending=20, cause="a person stopped it")
        )
    assert "10 of 30 recipients are submitted" in caught.value.message
    assert "apes-mailer resume 2027-01" in caught.value.hint


def test_refused_credentials_are_a_fault_of_the_settings() -> None:
    with pytest.raises(SettingsError, match="the key was refused"):
        following.conclude(_ended(CampaignState.PAUSED, credentials=True, pending=30, cause="the key was refused"))


def test_way_to_go_on_is_said_once() -> None:
    with pytest.raises(IncompleteError) as caught:
        following.conclude(
            _ended(CampaignState.PAUSED, pending=9, cure="Try again later with: apes-mailer resume 2027-01")
        )
    assert caught.value.hint == "Try again later with: apes-mailer resume 2027-01."


@pytest.mark.parametrize(("pending", "said"), [(10, "apes-mailer resume"), (0, "apes-mailer status")])
def test_unfinished_send_says_how_to_go_on(pending: int, said: str) -> None:
    with pytest.raises(IncompleteError) as caught:
        following.conclude(_ended(CampaignState.INCOMPLETE, submitted=10, unknown=10, pending=pending))
    assert said in caught.value.hint


def test_unfinished_rehearsal_is_run_again() -> None:
    with pytest.raises(IncompleteError, match="Run the same command again"):
        following.conclude(_ended(CampaignState.INCOMPLETE, pending=10, kind=Kind.TEST))


def test_signal_before_the_send_ends_the_command() -> None:
    with pytest.raises(KeyboardInterrupt):
        following.Signals()(15, None)
