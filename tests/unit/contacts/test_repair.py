"""Addresses with something around them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts.repair import mend
from apes_mailer.model import address


@pytest.mark.parametrize(
    "text",
    [
        "Ana Dupré <ana@exemple.fr>",
        '"Dupré, Ana" <ana@exemple.fr>;',
        "<ana@exemple.fr>",
        "Ana <mailto:ana@exemple.fr>",
        "ana@exemple.fr.",
        "ana@exemple.fr,",
        "« ana@exemple.fr »",
        "(ana@exemple.fr)",
        "ana @ exemple.fr",
        "ana@exem\u200bple.fr",
        "an\u00ada@exemple.fr",
        "ana@exemple.fr; Ana@Exemple.fr",
        "ana@exemple.fr\nana@exemple.fr",
        "mailto:ana@exemple.fr?subject=Bonjour à tous",
    ],
)
def test_what_leaves_no_doubt_is_mended(text: str) -> None:
    with pytest.raises(address.AddressError):
        address.normalise(text)
    assert mend(text) == "ana@exemple.fr"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "exemple.fr",
        "ana@exemple.fr, bob@exemple.fr",
        "Ana <ana@exemple.fr>, Bob <bob@exemple.fr>",
        "ana dupre@exemple.fr",
        "ana@exemple,fr",
        "ana@@exemple.fr",
        "ana@exemple.fr (ancienne)",
        "plus valable : ana@exemple.fr",
        "ana.@exemple.fr",
        "ana@exemple",
        "joé@exemple.fr",
        "ana@exemple.fr\n" * 100,
    ],
)
def test_where_there_is_a_doubt_nothing_is_guessed(text: str) -> None:
    assert mend(text) is None


@given(st.text(alphabet="ab@.<>,; \u200b\"'()", max_size=40))
def test_what_comes_out_is_an_address_that_stands_in_the_text(text: str) -> None:
    found = mend(text)
    if found is not None:
        assert address.normalise(found) == found
        visible = "".join(character for character in text if character not in "\u200b ")
        assert found in visible.lower()
