"""What each answer of SendGrid means for the people in the request; whatever is not known leaves a doubt."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.message import Message
from email.utils import formatdate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.submission import NotAccepted, Refused, Submission, Submitted, Unknown
from apes_mailer.providers.sendgrid.answer import outcome

ADDRESS_CURE = "Check the address of SendGrid's API: APES_MAILER_SENDGRID_BASE_URL, or base_url in apes-mailer.toml."


def errors(*named: tuple[str, str | None]) -> bytes:
    """SendGrid's error body."""
    return json.dumps(
        {"errors": [{"message": message, "field": field, "help": None} for message, field in named]}
    ).encode()


def answer(status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, size: int = 3) -> Submission:
    """What a status means for a request for three people."""
    message = Message()
    for name, value in (headers or {}).items():
        message[name] = value
    return outcome(status, message, body, size)


MEANING: dict[int, type[Submission]] = {
    200: NotAccepted,
    201: Unknown,
    202: Submitted,
    204: Unknown,
    301: NotAccepted,
    302: NotAccepted,
    303: NotAccepted,
    304: NotAccepted,
    307: NotAccepted,
    308: NotAccepted,
    400: NotAccepted,
    401: NotAccepted,
    402: NotAccepted,
    403: NotAccepted,
    404: NotAccepted,
    405: NotAccepted,
    406: Unknown,
    408: Unknown,
    409: Unknown,
    413: NotAccepted,
    415: NotAccepted,
    418: Unknown,
    422: Unknown,
    429: NotAccepted,
    500: Unknown,
    501: Unknown,
    502: Unknown,
    503: Unknown,
    504: Unknown,
    599: Unknown,
}


@pytest.mark.parametrize(("status", "meaning"), MEANING.items())
def test_each_status_means_one_thing(status: int, meaning: type[Submission]) -> None:
    assert type(answer(status)) is meaning


@pytest.mark.parametrize("status", [status for status in range(100, 600) if status not in MEANING])
def test_every_other_status_leaves_a_doubt_or_is_a_redirect(status: int) -> None:
    assert type(answer(status)) is (NotAccepted if 300 <= status < 400 else Unknown)


def test_only_202_is_ever_an_acceptance() -> None:
    assert [status for status in range(100, 1000) if isinstance(answer(status), Submitted)] == [202]


@pytest.mark.parametrize(
    ("status", "cause", "cure", "credentials"),
    [
        (200, "it was only a sandbox check, nobody gets mail", "Take the account out of sandbox mode.", False),
        (
            401,
            "the key is not valid",
            "Check SENDGRID_API_KEY: it must be a live key with the right to send mail.",
            True,
        ),
        (402, "the account has to be paid for", "Check the account's plan and credits with SendGrid.", False),
        (
            403,
            "the sender is not verified, or the key may not send",
            "Verify the sender (Sender Authentication) and the key's rights. Another address needs a new campaign.",
            True,
        ),
        (404, "this is not SendGrid's API", ADDRESS_CURE, False),
        (405, "this is not SendGrid's API", ADDRESS_CURE, False),
        (
            413,
            "the request is too large",
            "Set a smaller batch_size (APES_MAILER_BATCH_SIZE) and resume: what is pending is cut to that size.",
            False,
        ),
        (415, "this is not SendGrid's API", ADDRESS_CURE, False),
    ],
)
def test_answer_that_needs_a_person_stops_with_cause_and_cure(
    status: int, cause: str, cure: str, *, credentials: bool
) -> None:
    told = answer(status, errors(("Because.", None)))
    said = f"SendGrid answered {status}: {cause} (Because.)"
    assert told == NotAccepted(cause=said, cure=cure, stop=True, credentials=credentials)


def test_acceptance_keeps_the_provider_s_own_name_for_it() -> None:
    assert answer(202, headers={"X-Message-Id": "Xj5L-abc"}) == Submitted(provider_id="Xj5L-abc")
    assert answer(202) == Submitted(provider_id="")
    assert answer(202, b"surprise", {"X-Message-Id": "x"}) == Submitted(provider_id="x")


def test_redirect_is_told_and_stops() -> None:
    cause = "a redirect came instead of an answer (302)"
    assert answer(302, headers={"Location": "https://evil.example"}) == NotAccepted(
        cause=cause, cure=ADDRESS_CURE, stop=True
    )


def test_server_error_is_a_doubt_that_says_what_was_said() -> None:
    assert answer(500, errors(("internal", None))) == Unknown(cause="the answer was 500 (internal)")
    assert answer(503, b"<html>busy</html>") == Unknown(cause="the answer was 503 (no reason given)")


def test_bad_request_that_names_recipients_refuses_these() -> None:
    body = errors(
        ("Does not contain a valid address.", "personalizations.2.to.0.email"),
        ("Too long.", "personalizations.0.substitutions"),
        ("Of no one.", None),
    )
    assert answer(400, body) == Refused(reasons={2: "Does not contain a valid address.", 0: "Too long."})


@pytest.mark.parametrize(
    "fields",
    [
        ["personalizations.0.custom_args.apes_attempt"],
        ["personalizations.0.headers", "personalizations.1.headers", "personalizations.2.headers"],
        ["personalizations.0.to.0.email", "from.email"],
        ["content.0.value", "personalizations.1"],
    ],
)
def test_bad_request_that_is_not_a_person_s_fault_refuses_nobody(fields: list[str]) -> None:
    told = answer(400, errors(*(("Bad.", field) for field in fields)))
    assert isinstance(told, NotAccepted)
    assert told.stop


def test_key_that_the_provider_quotes_is_not_repeated() -> None:
    told = answer(401, errors(("Key SG.local-test_key.abc is disabled", None)))
    assert isinstance(told, NotAccepted)
    assert "Key (key) is disabled" in told.cause


def test_a_thousand_refused_recipients_are_all_named() -> None:
    body = errors(*(("Does not contain a valid address.", f"personalizations.{at}.to.0.email") for at in range(1000)))
    told = answer(400, body, size=1000)
    assert isinstance(told, Refused)
    assert list(told.reasons) == list(range(1000))


@pytest.mark.parametrize(
    "field",
    [
        None,
        "",
        "subject",
        "from.email",
        "personalizations",
        "personalizations.x",
        "personalizations.-1.to",
        "personalizations.3.to.0.email",
        "personalizations.99999999999.to",
        f"personalizations.{'9' * 5000}.to",
        "personalizations.٢.to",
        "xpersonalizations.1.to",
        "personalizations.1x",
        1,
        ["personalizations.0.to"],
        {"personalizations.0.to": 1},
    ],
)
def test_bad_request_that_names_nobody_in_it_stops(field: object) -> None:
    body = json.dumps({"errors": [{"message": "Bad.", "field": field}]}).encode()
    cause = "SendGrid does not accept the request (400): Bad."
    cure = "If it is a setting of your account, correct it with SendGrid and resume."
    assert answer(400, body) == NotAccepted(cause=cause, cure=cure, stop=True)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"errors"',
        b"{}",
        b'{"errors": null}',
        b'{"errors": {}}',
        b'{"errors": [1, null, "x", []]}',
        b'{"errors": [{}]}',
        b'{"errors": [{"message": null, "field": null}]}',
        b"\xff\xfe",
        b"{" * 60_000,
        b"[" * 60_000,
        b'{"errors":' * 20_000,
        b"<html>nginx</html>",
    ],
)
def test_body_that_is_not_sendgrid_s_is_read_without_harm(body: bytes) -> None:
    for status in (200, 400, 401, 500):
        told = answer(status, body)
        assert isinstance(told, (NotAccepted, Unknown))


@given(
    st.integers(100, 999),
    st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["X-RateLimit-Reset", "X-Message-Id", "Date"]),
        st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20),
    ),
)
def test_no_answer_raises_and_none_but_202_accepts(status: int, body: bytes, headers: dict[str, str]) -> None:
    told = answer(status, body, headers)
    assert isinstance(told, Submitted) == (status == 202)


def test_cause_shows_no_address_and_no_endless_text() -> None:
    body = errors(("The address aicha@mail.example of <o'b+x@b.example> is bad. " * 40, None))
    told = answer(403, body)
    assert isinstance(told, NotAccepted)
    assert "@" not in told.cause
    assert "The address (address) of" in told.cause
    assert len(told.cause) < 500
    long = answer(400, errors(("x" * 5000, "personalizations.0.to")))
    assert isinstance(long, Refused)
    assert len(long.reasons[0]) == 300


def wait(reset: str | None) -> float | None:
    """Seconds to wait after a 429 with this reset time."""
    told = answer(429, headers={} if reset is None else {"X-RateLimit-Reset": reset})
    assert isinstance(told, NotAccepted)
    assert not told.stop
    return told.retry_after


def test_rate_limit_is_waited_out_until_the_provider_s_time() -> None:
    now = time.time()
    waited = wait(str(int(now) + 20))
    assert waited is not None
    assert 10 < waited <= 20


@pytest.mark.parametrize(
    ("reset", "seconds"), [("0", None), ("-5", None), ("9999999999", 60.0), ("inf", 60.0), ("-inf", None)]
)
def test_wait_is_bounded_whatever_the_provider_s_clock_says(reset: str, seconds: float | None) -> None:
    assert wait(reset) == seconds


@pytest.mark.parametrize("ahead", [-3600, 3600])
def test_rate_limit_is_measured_on_the_provider_s_clock(ahead: int) -> None:
    now = int(time.time()) + ahead
    told = answer(429, headers={"X-RateLimit-Reset": str(now + 20), "Date": formatdate(now, usegmt=True)})
    assert isinstance(told, NotAccepted)
    assert told.retry_after == 20


@pytest.mark.parametrize("reset", [None, "", "soon", "nan", "1;2", "Wed, 21 Oct 2027 07:28:00 GMT"])
def test_rate_limit_without_a_readable_time_leaves_the_wait_to_the_sender(reset: str | None) -> None:
    assert wait(reset) is None


@pytest.mark.parametrize("status", [400, 401, 500])
@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("half of an emoji: \ud83d", "half of an emoji: \ufffd"),
        ("\x1b]0;title\x07 and \r\n a line", "\ufffd]0;title\ufffd and a line"),
        ("for Ana@exemple.fr, by SG.abc-1.x_y", "for (address) by (key)"),
        ("long " * 200_000, ("long " * 60).strip()),
    ],
)
def test_words_of_the_provider_are_shown_as_a_screen_and_a_database_can_take_them(
    status: int, said: str, shown: str
) -> None:
    found = answer(status, errors((said, None)))
    assert isinstance(found, NotAccepted | Unknown)
    assert shown in found.cause.replace("long )", "long)")
    assert len(found.cause.encode()) < 500
    refused = answer(400, errors((said, "personalizations.0.to")))
    assert isinstance(refused, Refused)
    assert refused.reasons[0].strip() == shown
