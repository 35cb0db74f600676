"""What people and scripts read."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator

import pytest

from apes_mailer.campaign.overview import Rehearsal
from apes_mailer.campaign.why import Answer, Attempt, Why
from apes_mailer.cli import answers, output, standings
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger.freeze import Frozen
from apes_mailer.ledger.states import AttemptState, BatchState, CampaignState, Kind, Reason
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


@pytest.mark.parametrize(
    ("count", "word", "text"),
    [
        (0, "row", "0 rows"),
        (1, "batch", "1 batch"),
        (2, "batch", "2 batches"),
        (12_345, "recipient", "12,345 recipients"),
    ],
)
def test_counts_are_written_as_people_write_them(count: int, word: str, text: str) -> None:
    assert output.plural(count, word) == text


def test_excluded_people_are_told_by_reason() -> None:
    assert standings.excluded_text({}) == "nobody"
    assert standings.excluded_text({"suppressed": 3, "too_large": 1}) == "3 suppressed, 1 too large"


def _through(encoding: str, monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    return raw


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_json_is_sound_in_any_encoding(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _through(encoding, monkeypatch)
    output.emit({"PRENOM": "Zoé 🌻"})
    assert json.loads(raw.getvalue().decode(encoding)) == {"PRENOM": "Zoé 🌻"}
    assert (b"Zo\xc3\xa9" in raw.getvalue()) == (encoding == "utf-8")


def test_words_are_shown_also_where_letters_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = _through("ascii", monkeypatch)
    output.show("Zoé")
    assert raw.getvalue() == b"Zo\\xe9\n"


def test_words_and_data_go_apart(capsys: pytest.CaptureFixture[str]) -> None:
    output.say("words")
    output.emit(none("2027-01"))
    shown = capsys.readouterr()
    assert shown.err == "words\n"
    assert json.loads(shown.out)["state"] == "none"


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


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows takes its time zone from the system")
@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "2027-01-12 23:30:00 UTC"),
        ("Europe/Paris", "2027-01-13 00:30:00 +01:00"),
        ("NPT-5:45", "2027-01-13 05:15:00 +05:45"),
    ],
)
def test_times_are_those_of_the_clock_on_the_wall_and_say_so(
    zone: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert output.moment("2027-01-12T23:30:00.123456Z") == shown
        assert output.day("2027-01-12T23:30:00.123456Z") == shown[:10]
    finally:
        monkeypatch.undo()
        time.tzset()


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


def _why(*found: Answer) -> Why:
    held = Suppression(address="", list_name="tous", cause=Cause.UNSUBSCRIBED, at="2027-01-12T09:30:00Z", until="")
    return Why(campaign="2027-01", address="a@exemple.fr", answers=found, suppressions=[held], message=b"secret")


def test_answer_about_an_address_tells_verdict_requests_bytes_and_suppressions() -> None:
    answer = Answer(
        kind="send",
        verdict="unknown",
        reason="",
        provider="sendgrid",
        prepared_at="2027-01-12T09:30:00Z",
        batch=3,
        attempts=[Attempt(seq=1, state="unknown", started_at="2027-01-12T09:31:00Z", provider_id="", note="no answer")],
        template_sha256="a" * 64,
        message_sha256="b" * 64,
    )
    text = answers.why_text(_why(answer))
    assert "The campaign through sendgrid" in text
    assert "in doubt, nobody knows" in text
    assert "Request 1 of batch 3, 2027-01-12 09:31:00 UTC: in doubt - no answer" in text
    assert f"SHA-256 {'b' * 64}" in text
    assert "Suppressed: tous  unsubscribed  2027-01-12" in text


def test_answer_about_the_outbox_does_not_speak_of_a_mailbox() -> None:
    answer = Answer(kind="test", verdict="submitted", reason="", provider="outbox", prepared_at="2027-01-12T09:30:00Z")
    text = answers.why_text(_why(answer))
    assert "written into the outbox of this computer; nothing was mailed" in text
    assert "took it" not in text


@pytest.mark.parametrize("reason", Reason)
def test_reason_of_an_exclusion_is_told_in_words(reason: Reason) -> None:
    answer = Answer(
        kind="send",
        verdict="excluded",
        reason=reason,
        detail="line 3",
        provider="sendgrid",
        prepared_at="2027-01-12T09:30:00Z",
    )
    text = answers.why_text(_why(answer))
    assert " (line 3)" in text
    assert f"Why: {reason} " not in text
    assert "SHA-256" not in text


@pytest.mark.parametrize("state", AttemptState)
def test_state_of_a_request_is_told_in_words(state: AttemptState) -> None:
    attempt = Attempt(seq=1, state=state, started_at="2027-01-12T09:31:00Z", provider_id="", note="")
    answer = Answer(
        kind="send",
        verdict="submitted",
        reason="",
        provider="sendgrid",
        prepared_at=attempt.started_at,
        attempts=[attempt],
    )
    assert not answers.why_text(_why(answer)).splitlines()[2].endswith(f": {state}")


def test_answer_without_any_send_says_so() -> None:
    assert "has not been sent, and no rehearsal had this address" in answers.why_text(_why())


def test_answer_for_scripts_leaves_the_message_out() -> None:
    body = answers.why_json(_why())
    assert "message" not in body
    assert body["suppressions"] == [
        {
            "list": "tous",
            "cause": "unsubscribed",
            "at": "2027-01-12T09:30:00Z",
            "until": None,
            "source": None,
            "evidence": None,
        }
    ]
    json.dumps(body)


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


@pytest.mark.parametrize("values", [[], [{"é": "a\nb"}], [{"a": [1, {"b": None}]}, "zwei", 3]], ids=str)
def test_list_that_is_written_piece_by_piece_is_the_same(
    values: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    output.emit(values)
    whole = capsys.readouterr().out
    output.emit_each(iter(values))
    assert capsys.readouterr().out == whole


def test_list_is_written_before_its_end_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    written: list[str] = []

    def values() -> Iterator[int]:
        for number in range(3):
            written.append(capsys.readouterr().out)
            yield number

    output.emit_each(values())
    assert written == ["", "[\n  0", ",\n  1"]
