"""Why somebody gets a letter, or does not, as people and scripts read it."""

from __future__ import annotations

import dataclasses
import json

import pytest

from apes_mailer.campaign.why import Answer, Attempt, Why
from apes_mailer.cli import answers
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.ledger.states import AttemptState, Reason
from apes_mailer.model.suppression import Cause


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


@pytest.mark.parametrize(
    ("basis", "end"), [("", "says adherents.csv"), ("adhésion", "says adherents.csv (basis: adhésion)")]
)
def test_a_consent_is_told_with_the_right_it_rests_on(basis: str, end: str) -> None:
    said = {
        "list": None,
        "purpose": "letter",
        "state": "given",
        "at": "2027-04-01T09:00:00Z",
        "source": "adherents.csv",
    }
    nothing: list[object] = []
    others = dict.fromkeys(("lists", "files", "imports", "suppressions", "campaigns"), nothing)
    text = answers.contact_text(
        {"address": "a@exemple.fr", "fields": None, **others, "consents": [{**said, "basis": basis}]}
    )
    assert text.endswith(end)


def test_nothing_is_denied_of_a_person_who_was_erased() -> None:
    erased = Suppression(address="", list_name="", cause=Cause.ERASED, at="2027-01-12T09:30:00Z", until="")
    text = answers.why_text(dataclasses.replace(_why(), suppressions=[erased]))
    assert "no rehearsal had this address" not in text
    assert "not known any more, since the person was erased" in text
