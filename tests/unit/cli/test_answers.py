"""What the terminal says of one contact."""

from __future__ import annotations

import pytest

from apes_mailer.cli.answers import contact_text


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
    text = contact_text({"address": "a@exemple.fr", "fields": None, **others, "consents": [{**said, "basis": basis}]})
    assert text.endswith(end)
