"""What SendGrid's account answers is taken for no more than it is, whatever comes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping

import pytest

from apes_mailer.errors import AccountBusyError, AccountError
from apes_mailer.model.account import BlockList, Listed, LoggedMessage
from apes_mailer.providers.sendgrid import SendGrid, block_lists
from tests.integration.providers.sending import saying
from tests.support.local_sendgrid import API_KEY
from tests.unit.providers.samples import KEYRING

AT = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
BOUNCES = BlockList(name="bounces", cause=None)


def _answer(value: object, *, status: str = "200 OK", headers: str = "") -> bytes:
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{headers}Connection: close\r\n\r\n"
    return head.encode() + body


def _provider(url: str) -> SendGrid:
    return SendGrid(api_key=API_KEY, base_url=url, timeout=5.0, nonce=KEYRING.substitution_nonce, asm_group=7)


@pytest.mark.parametrize(
    "value",
    [{"result": []}, ["bare"], "text", None, 7],
    ids=str,
)
def test_list_in_another_form_is_not_taken_for_an_empty_one(value: object) -> None:
    with saying(_answer(value)) as url, pytest.raises(AccountError, match="not in the form it should be in"):
        _provider(url).blocked(BOUNCES, since=None, page=None)


@pytest.mark.parametrize("since", [{}, {"created": None}, {"created": "soon"}, {"created": 1e300}], ids=str)
def test_entry_that_does_not_tell_since_when_is_read_all_the_same(since: Mapping[str, object]) -> None:
    with saying(_answer([{"email": "a@exemple.example", **since}])) as url:
        page = _provider(url).blocked(BOUNCES, since=None, page=None)
    assert page.entries == [Listed("a@exemple.example")]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"messages": {}}', b'{"messages": [1]}', b'{"messages": [{}]}'])
def test_log_in_another_form_is_not_taken_for_silence(body: bytes) -> None:
    with saying(_answer(body)) as url, pytest.raises(AccountError, match="not in the form it should be in"):
        _provider(url).messages("a@exemple.example", at=AT)


@pytest.mark.parametrize("body", [b"", b"[", b"<html>", b"[" * 100_000, b"\xff"], ids=lambda body: repr(body[:8]))
def test_answer_that_is_no_json_is_told(body: bytes) -> None:
    with saying(_answer(body)) as url, pytest.raises(AccountError, match="the answer broke off, or is too large"):
        _provider(url).blocked(BOUNCES, since=None, page=None)


def test_message_without_our_mark_is_a_trace_of_nothing() -> None:
    message = LoggedMessage("some.id", AT)
    for value in ({}, {"custom_args": None}, {"custom_args": {"theirs": "1"}}, {"custom_args": {"apes_attempt": ""}}):
        with saying(_answer(value)) as url:
            assert _provider(url).trace(message) is None
    with saying(_answer({}, status="404 Not Found")) as url:
        assert _provider(url).trace(message) is None


def test_words_of_a_list_are_made_presentable() -> None:
    entry = {
        "created": 1,
        "email": "A@exemple.example",
        "reason": "550 <a@exemple.example>\r\n\x1b[31m no",
        "status": "",
    }
    with saying(_answer([entry])) as url:
        page = _provider(url).blocked(BOUNCES, since=None, page=None)
    assert page.entries == [
        Listed("A@exemple.example", dt.datetime.fromtimestamp(1, dt.UTC), "550 <(address)> \ufffd[31m no")
    ]


def test_group_comes_whole_and_without_times() -> None:
    with saying(_answer(["a@exemple.example", "b@exemple.example"])) as url:
        page = _provider(url).blocked(block_lists.GROUP, since=AT, page=None)
    assert page.entries == [Listed("a@exemple.example"), Listed("b@exemple.example")]
    assert page.next is None


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ("X-RateLimit-Reset: 12\r\n", 12.0),  # seconds that are left
        ("X-RateLimit-Reset: 90000\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n", 60.0),  # a second of 1970 and after
        ("", None),
    ],
)
def test_busy_account_says_when_to_come_back(headers: str, wait: float | None) -> None:
    answer = _answer({"errors": []}, status="429 Too Many Requests", headers=headers)
    with saying(answer) as url, pytest.raises(AccountBusyError) as caught:
        _provider(url).blocked(BOUNCES, since=None, page=None)
    assert caught.value.retry_after == wait


def test_erasure_that_is_refused_without_a_name_is_told() -> None:
    answer = _answer({"errors": [{"message": "nonsense", "field": "email_addresses"}]}, status="400 Bad Request")
    with saying(answer) as url, pytest.raises(AccountError, match="does not say whom it means"):
        _provider(url).erase(["a@exemple.example"])
