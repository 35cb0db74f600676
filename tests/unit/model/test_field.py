"""The names that mean the same field."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model.field import EMAIL, SYNONYMS, canonical_field, field_name, field_named


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


@given(st.text(max_size=40))
def test_field_name_is_plain_and_its_own_field_name(header: str) -> None:
    name = field_name(header)
    assert name == field_name(name)
    assert not name or (name.isascii() and name.isidentifier() and name == name.upper())


@pytest.mark.parametrize(
    ("header", "name"),
    [("Prénom", "PRENOM"), ("  code  postal ", "CODE_POSTAL"), ("N° adhérent", "N_ADHERENT"), ("2e", "")],
)
def test_field_name_of_a_header(header: str, name: str) -> None:
    assert field_name(header) == name


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("EMAIL", "EMAIL"),
        ("e-mail", "EMAIL"),
        ("E-mail :", "EMAIL"),
        ("Mail", "EMAIL"),
        ("Mél", "EMAIL"),
        ("courriel", "EMAIL"),
        ("Adresse email", "EMAIL"),
        ("Adresse mail", "EMAIL"),
        ("ADRESSE E-MAIL", "EMAIL"),
        ("adresse électronique", "EMAIL"),
        ("Adresse de messagerie", "EMAIL"),
        ("Email Address", "EMAIL"),
        ("Email payeur", "EMAIL"),
        ("Prénom adhérent", "PRENOM"),
        ("Nom de l’adhérent", "NOM"),
        ("\ufeffEmail", "EMAIL"),
        ("Emails", "EMAIL"),
        ("Adresses e-mail", "EMAIL"),
        ("Prénom", "PRENOM"),
        ("PRE\u0301NOM", "PRENOM"),
        ("First Name", "PRENOM"),
        ("firstname", "PRENOM"),
        ("Given name", "PRENOM"),
        ("Nom", "NOM"),
        ("Last name", "NOM"),
        ("surname", "NOM"),
        ("Nom de famille", "NOM"),
        ("Structure", "STRUCTURE"),
        ("Société", "STRUCTURE"),
        ("Raison sociale", "STRUCTURE"),
        ("Organisme", "STRUCTURE"),
        ("Company", "STRUCTURE"),
        ("Territoire", "TERRITOIRE"),
        ("Code postal", "CODE_POSTAL"),
        ("N° d'adhérent(e)", "N_D_ADHERENT_E"),
        ("  Téléphone  ", "TELEPHONE"),
    ],
)
def test_header_names_a_field(header: str, field: str) -> None:
    assert field_named(header) == field


@given(st.text())
def test_field_names_are_plain_and_stable(header: str) -> None:
    field = field_named(header)
    assert re.fullmatch(r"(?:[A-Z][A-Z0-9_]*)?", field)
    assert field_named(field) == field
