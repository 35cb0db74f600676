"""Only what SendGrid posted just now is taken."""

from __future__ import annotations

import base64
import datetime as dt
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from sendgrid.helpers.eventwebhook import EventWebhook

from apes_mailer.providers.base import NotSignedError
from apes_mailer.providers.sendgrid.webhook import SIGNATURE, TIMESTAMP, Webhook
from tests.support.reporting import SigningKey, notice, reported

NOW = dt.datetime(2027, 3, 1, 9, 30, tzinfo=dt.UTC)
KEY, OTHER = SigningKey(), SigningKey()
BODY = notice([reported("delivered", "zoé@exemple.example")])
WEBHOOK = Webhook([KEY.public])


def _refusal(headers: dict[str, str], body: bytes = BODY, webhook: Webhook = WEBHOOK) -> NotSignedError:
    with pytest.raises(NotSignedError) as caught:
        webhook.require_signed(headers, body, now=NOW)
    return caught.value


def test_what_sendgrid_signed_is_taken() -> None:
    WEBHOOK.require_signed(KEY.headers(BODY, NOW), BODY, now=NOW)


def test_signature_is_the_one_that_sendgrids_own_package_verifies() -> None:
    headers = KEY.headers(BODY, NOW)
    theirs: Any = EventWebhook(KEY.public)  # it has no types
    assert theirs.verify_signature(BODY.decode(), headers[SIGNATURE], headers[TIMESTAMP])


@pytest.mark.parametrize("signer", [KEY, OTHER])
def test_while_keys_change_both_are_good(signer: SigningKey) -> None:
    Webhook([OTHER.public, KEY.public]).require_signed(signer.headers(BODY, NOW), BODY, now=NOW)


def test_key_that_is_gone_is_good_no_more() -> None:
    assert not _refusal(OTHER.headers(BODY, NOW)).genuine


@pytest.mark.parametrize("changed", [BODY[:-2], BODY + b" ", BODY.replace(b"delivered", b"processed"), b""])
def test_body_must_be_the_signed_one_to_the_last_octet(changed: bytes) -> None:
    assert not _refusal(KEY.headers(BODY, NOW), changed).genuine


def test_time_is_signed_too() -> None:
    headers = KEY.headers(BODY, NOW) | {TIMESTAMP: str(int(NOW.timestamp()) + 1)}
    assert not _refusal(headers).genuine


@pytest.mark.parametrize("missing", [SIGNATURE, TIMESTAMP])
def test_without_a_header_nothing_is_taken(missing: str) -> None:
    headers = KEY.headers(BODY, NOW)
    del headers[missing]
    assert "no signature" in str(_refusal(headers))


@pytest.mark.parametrize("minutes", [-10, 10])
def test_clocks_may_differ_by_ten_minutes(minutes: int) -> None:
    WEBHOOK.require_signed(KEY.headers(BODY, NOW + dt.timedelta(minutes=minutes)), BODY, now=NOW)


@pytest.mark.parametrize("seconds", [-601, 601, -86_400, 10**9])
def test_what_was_copied_cannot_be_brought_again_later(seconds: int) -> None:
    refusal = _refusal(KEY.headers(BODY, str(int(NOW.timestamp()) + seconds)))
    assert refusal.genuine
    assert f"{seconds:+,} seconds" in str(refusal)


@pytest.mark.parametrize("moment", ["soon", "-5", "1e9", "9" * 200])
def test_time_that_is_none_is_refused(moment: str) -> None:
    assert _refusal(KEY.headers(BODY, moment)).genuine


@given(signature=st.text(max_size=150), timestamp=st.text(max_size=30))
def test_no_header_brings_it_down(signature: str, timestamp: str) -> None:
    assert not _refusal({SIGNATURE: signature, TIMESTAMP: timestamp}).genuine


@given(st.binary(max_size=100))
def test_no_signature_of_another_form_is_good(raw: bytes) -> None:
    headers = KEY.headers(BODY, NOW) | {SIGNATURE: base64.b64encode(raw).decode()}
    assert not _refusal(headers).genuine


WRONG_KEYS = [
    "",
    "not base64!",
    base64.b64encode(b"no key").decode(),
    SigningKey(ec.SECP384R1()).public,
    KEY.public[:-8],
    base64.b64encode(base64.b64decode(KEY.public)[:-1] + b"\0").decode(),
]


@pytest.mark.parametrize("key", WRONG_KEYS)
def test_wrong_key_is_named(key: str) -> None:
    with pytest.raises(ValueError, match="key 2 is no verification key"):
        Webhook([KEY.public, key])
