"""The names that mean the same field."""

from __future__ import annotations

import pytest

from apes_mailer.model.field import EMAIL, SYNONYMS, canonical_field


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("MAIL", EMAIL),
        ("COURRIEL", EMAIL),
        ("ADRESSE_E_MAIL", EMAIL),
        ("FIRST_NAME", "PRENOM"),
        ("LASTNAME", "NOM"),
        ("RAISON_SOCIALE", "STRUCTURE"),
        ("TERRITORY", "TERRITOIRE"),
    ],
)
def test_other_name_of_a_field_means_that_field(name: str, field: str) -> None:
    assert canonical_field(name) == field


@pytest.mark.parametrize("name", ["EMAIL", "PRENOM", "TELEPHONE", "ADRESSE", "NAME"])
def test_name_that_is_no_synonym_is_kept(name: str) -> None:
    assert canonical_field(name) == name


def test_every_synonym_leads_to_a_name_that_leads_no_further() -> None:
    assert not set(SYNONYMS) & set(SYNONYMS.values())
