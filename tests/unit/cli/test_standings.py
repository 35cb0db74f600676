"""Where campaigns and rehearsals stand, as people and scripts read it."""

from __future__ import annotations

import pytest

from apes_mailer.campaign.overview import Rehearsal
from apes_mailer.cli import answers, output, standings
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.states import BatchState, CampaignState, Kind
from apes_mailer.ledger.status import BatchStatus, Status, none
from apes_mailer.model.suppression import Cause

BATCHES = [
    BatchStatus(
        no=number, state=state, recipients=10, excluded=0, refused=0, attempts=1, note="no answer within 60 seconds"
    )
    for number, state in enumerate((BatchState.SUBMITTED, BatchState.UNKNOWN, BatchState.PENDING), start=1)
]


def _status(state: CampaignState, **more: object) -> Status:
    values: dict[str, object] = {
        "campaign": "2027-01",
        "state": state,
        "candidates": 32,
        "recipients": 30,
        "excluded": {"suppressed": 1, "too_large": 1},
        "kind": Kind.SEND,
        "provider": "sendgrid",
        "list_name": "tous",
        "prepared_at": "2027-01-12T09:30:00.000000Z",
        "batches": BATCHES,
        **more,
    }
    return Status(**values)  # pyright: ignore[reportArgumentType] - fields of a test


def test_excluded_people_are_told_by_reason() -> None:
    assert standings.excluded_text({}) == "nobody"
    assert standings.excluded_text({"suppressed": 3, "too_large": 1}) == "3 suppressed, 1 too large"


def test_status_for_scripts_has_the_keys_of_the_contract() -> None:
    body = output.plain(_status(CampaignState.INCOMPLETE))
    contract = {"campaign", "state", "candidates", "recipients", "excluded"}
    contract |= {"pending", "submitting", "submitted", "refused", "unknown", "batches"}
    assert contract <= body.keys()
    assert body["list"] == "tous"
    assert "list_name" not in body


def test_rehearsal_survey_and_suppression_use_the_same_words() -> None:
    rehearsal = Rehearsal(
        kind="test",
        provider="outbox",
        list_name="staff",
        prepared_at="",
        run="r",
        recipients=1,
        submitted=1,
        refused=0,
        unknown=0,
        digest="",
        letters=(),
    )
    assert output.plain(rehearsal)["list"] == "staff"
    frozen = Frozen(campaign_id=7, candidates=3, recipients=2, excluded={"suppressed": 1}, batches=1)
    assert standings.survey_json("2027-01", frozen) == {
        "campaign": "2027-01",
        "candidates": 3,
        "recipients": 2,
        "excluded": {"suppressed": 1},
        "batches": 1,
        "variants": (),
        "left_out": (),
        "empty_fields": (),
        "absent_values": (),
        "slips": (),
        "tracked": {},
    }
    suppression = Suppression(address="a@exemple.fr", list_name="", cause=Cause.MANUAL, at="2027", until="")
    assert answers.suppression_json(suppression) == {
        "address": "a@exemple.fr",
        "list": None,
        "cause": "manual",
        "at": "2027",
        "until": None,
        "source": None,
        "evidence": None,
    }


def test_doubt_is_shown_by_count_batch_and_cause() -> None:
    text = standings.status_text(_status(CampaignState.INCOMPLETE, submitted=10, unknown=10, pending=10))
    assert "in doubt          10" in text
    assert "batch 2: 10 recipients - no answer within 60 seconds" in text
    assert "apes-mailer resume 2027-01" in text


def test_when_only_doubt_is_left_the_way_to_resolve_it_is_shown() -> None:
    text = standings.status_text(_status(CampaignState.INCOMPLETE, submitted=20, unknown=10))
    assert "apes-mailer resolve 2027-01 BATCH --as submitted" in text
    assert "Let the provider's log be asked, after some minutes: apes-mailer resume 2027-01" in text


def test_pause_is_shown_with_cause_and_cure() -> None:
    text = standings.status_text(
        _status(CampaignState.PAUSED, pending=30, cause="the key was refused", cure="Make a new key.")
    )
    assert "Paused: the key was refused." in text
    assert "Make a new key." in text


def test_mailed_twice_is_shouted() -> None:
    assert "MAILED TWICE 10" in standings.status_text(_status(CampaignState.FINISHED, submitted=30, duplicates=10))


def test_finished_campaign_has_no_next_step() -> None:
    text = standings.status_text(_status(CampaignState.FINISHED, submitted=30))
    assert "apes-mailer" not in text
    assert "2027-01: finished" in text
    assert standings.status_text(none("2027-02")).split("\n") == [
        '"2027-02" has not been sent.',
        "  To send it: apes-mailer send 2027-02 --to LIST",
    ]


def test_campaign_that_is_about_to_pause_is_not_called_paused() -> None:
    text = standings.status_text(_status(CampaignState.SENDING, submitting=10, cause="a person paused it"))
    assert "Paused" not in text
    assert "Pausing (a person paused it): the batches on their way are finished first." in text


def test_cure_that_says_how_to_go_on_is_not_said_twice() -> None:
    cure = "Try again later with: apes-mailer resume 2027-01"
    text = standings.status_text(_status(CampaignState.PAUSED, pending=10, cause="SendGrid is busy", cure=cure))
    assert text.count("apes-mailer resume 2027-01") == 1


def test_numbers_alone_leave_cause_and_next_step_to_the_error_that_follows() -> None:
    text = standings.status_text(
        _status(CampaignState.PAUSED, pending=30, cause="no key", cure="Set it."), only_numbers=True
    )
    assert "recipients" in text
    assert not [word for word in ("no key", "Set it", "resume") if word in text]


@pytest.mark.parametrize(
    ("kind", "provider", "submitted", "said"),
    [
        (Kind.TEST, "outbox", 1, "1 test message written; nothing left this computer."),
        (Kind.TEST, "sendgrid", 1, "Test handed to sendgrid for 1 recipient of the list tous: look in the mailbox."),
        (
            Kind.REHEARSAL,
            "outbox",
            4,
            "4 messages written; nothing left this computer: this was a rehearsal, and does not count as sent.",
        ),
        (Kind.TEST, "outbox", 3, "3 of 4 test messages written; nothing left this computer."),
    ],
)
def test_rehearsal_says_whether_anything_left_the_computer(
    kind: Kind, provider: str, submitted: int, said: str
) -> None:
    total = submitted if submitted != 3 else 4
    ended = _status(CampaignState.FINISHED, kind=kind, provider=provider, submitted=submitted, recipients=total)
    assert standings.rehearsed_text(ended) == said


def test_a_batch_in_doubt_says_what_to_look_up() -> None:
    batch = BatchStatus(
        no=2,
        state=BatchState.UNKNOWN,
        recipients=10,
        excluded=0,
        refused=0,
        attempts=1,
        note="no answer",
        attempt="s3Vq8d1RzL",
        somebody="nadia@example.org",
    )
    text = standings.status_text(_status(CampaignState.INCOMPLETE, unknown=10, batches=[batch]))
    assert "batch 2: 10 recipients - no answer\n        with nadia@example.org, apes_attempt s3Vq8d1RzL\n" in text
