"""Keys, marks and tokens: made from the workspace's secret, and of use to nobody without it."""

from __future__ import annotations

import datetime as dt
import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.keys import Keyring, TokenContent

SECRET = bytes(range(32))
KEYRING = Keyring(SECRET)
OTHER = Keyring(bytes(range(1, 33)))
LIST = KEYRING.list_tag("lettre")
CONTACT = KEYRING.contact_key("aicha@mail.example")
TOKEN = KEYRING.token(LIST, CONTACT)


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=16, max_size=16))
def test_token_says_again_what_went_into_it_and_is_safe_in_an_address(list_tag: bytes, contact_key: bytes) -> None:
    token = KEYRING.token(list_tag, contact_key)
    assert re.fullmatch("[A-Za-z0-9_-]{55}", token)
    assert quote(token, safe="") == token
    assert KEYRING.read_token(token) == TokenContent(list_tag=list_tag, contact_key=contact_key)
    assert OTHER.read_token(token) is None


@pytest.mark.parametrize("position", range(55))
def test_token_with_one_changed_character_says_nothing(position: int) -> None:
    for character in "A_9":
        if character != TOKEN[position]:
            forged = TOKEN[:position] + character + TOKEN[position + 1 :]
            content = KEYRING.read_token(forged)
            # The last character carries two bits that stand for nothing.
            assert content is None or (position == 54 and content == KEYRING.read_token(TOKEN))


@pytest.mark.parametrize(
    "token", ["", "A", TOKEN[:-1], f"{TOKEN}A", f" {TOKEN}", f"{TOKEN}\n", TOKEN.lower(), "é" * 55, "+" * 55]
)
def test_what_is_no_token_says_nothing(token: str) -> None:
    assert KEYRING.read_token(token) is None


@given(st.text(max_size=80))
def test_any_text_can_be_asked_whether_it_is_a_token(text: str) -> None:
    assert KEYRING.read_token(text) is None


def test_token_stays_valid_from_one_release_to_the_next() -> None:
    """Letters that were sent years ago hold it."""
    assert TOKEN == "AQOke89Yb-meMANaVciILEnXxPOqn3CUzjwGCM7wJgR0qcTncyjLCIs"
    assert KEYRING.recipient_mark(CONTACT) == "MANaVciILEnXxPOqn3CUzg"
    assert KEYRING.fingerprint() == "79f432ef11e07472"


def test_contact_list_and_purpose_each_make_their_own_key() -> None:
    keys = {
        KEYRING.contact_key("lettre"),
        KEYRING.contact_key("lettre2"),
        KEYRING.list_tag("lettre"),
        KEYRING.list_tag("staff"),
        OTHER.contact_key("lettre"),
        OTHER.list_tag("lettre"),
        bytes.fromhex(KEYRING.fingerprint()),
        bytes.fromhex(KEYRING.substitution_nonce("lettre")),
    }
    assert len(keys) == 8
    assert not any(one != other and one.startswith(other) for one in keys for other in keys)


def test_networks_are_told_apart_whether_or_not_an_ipv4_address_comes_as_an_ipv6_one() -> None:
    day = dt.date(2027, 3, 1)
    hosts = ("203.0.113.7", "::ffff:203.0.113.9", "::ffff:198.51.100.1", "2001:db8:1::1", "2001:db8:1:ffff::2", "unix:")
    keys = [KEYRING.network(host, day) for host in hosts]
    assert [keys.index(key) for key in keys] == [0, 0, 2, 3, 3, 5]


@given(st.binary(min_size=16, max_size=16))
def test_mark_is_opaque_and_safe_anywhere(contact_key: bytes) -> None:
    assert re.fullmatch("[A-Za-z0-9_-]{22}", KEYRING.recipient_mark(contact_key))


def test_nothing_that_leaves_shows_the_address() -> None:
    shown = f"{TOKEN} {KEYRING.recipient_mark(CONTACT)} {KEYRING.fingerprint()}"
    assert "aicha" not in shown
    assert SECRET.hex()[:16] not in shown


def test_substitution_nonce_is_six_letters_that_only_the_secret_gives() -> None:
    nonce = KEYRING.substitution_nonce("digest")
    assert re.fullmatch("[0-9a-f]{6}", nonce)
    assert nonce == Keyring(SECRET).substitution_nonce("digest")
    assert nonce not in {KEYRING.substitution_nonce("digest2"), OTHER.substitution_nonce("digest")}


@given(st.lists(st.binary(min_size=16, max_size=16), max_size=50))
def test_many_marks_and_tokens_are_those_that_each_contact_has(keys: list[bytes]) -> None:
    assert KEYRING.recipient_marks(keys) == [KEYRING.recipient_mark(key) for key in keys]
    assert KEYRING.tokens(LIST, keys) == [KEYRING.token(LIST, key) for key in keys]
