"""What the columns of a contacts file mean."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.contacts.columns import column_field, read_columns
from apes_mailer.errors import ContactsError


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
        ("\ufeffEmail", "EMAIL"),
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
    assert column_field(header) == field


@given(st.text())
def test_field_names_are_plain_and_stable(header: str) -> None:
    field = column_field(header)
    assert re.fullmatch(r"(?:[A-Z][A-Z0-9_]*)?", field)
    assert column_field(field) == field


def test_columns_keep_the_order_of_the_file_without_the_address() -> None:
    columns = read_columns(["Prénom", "Courriel", "Société", "Ville", "", " "], place="liste.csv:1")
    assert (columns.width, columns.address) == (4, 1)
    assert columns.fields == ("PRENOM", "STRUCTURE", "VILLE")
    assert columns.places == (0, 2, 3)


def test_two_headers_for_one_field_are_both_named() -> None:
    with pytest.raises(ContactsError) as caught:
        read_columns(["Email", "Structure", "Raison sociale"], place="liste.csv:1")
    assert (
        caught.value.message == "liste.csv:1: the columns “Structure” and “Raison sociale” are both the field STRUCTURE"
    )
    assert "Rename" in caught.value.hint


def test_two_address_columns_are_both_named() -> None:
    with pytest.raises(ContactsError, match="“Email” and “Courriel” are both the field EMAIL"):
        read_columns(["Email", "Courriel"], place="liste.csv:1")


def test_missing_address_column_says_what_was_read_and_what_to_rename() -> None:
    with pytest.raises(ContactsError) as caught:
        read_columns(["Nom", "Téléphone", "x" * 50], place="liste.csv:1")
    assert f"the columns are “Nom”, “Téléphone”, “{'x' * 40}…”" in caught.value.message
    assert "Rename the column with the addresses to EMAIL" in caught.value.hint


def test_list_of_columns_in_a_message_is_bounded() -> None:
    with pytest.raises(ContactsError) as caught:
        read_columns([f"C{number}" for number in range(50)], place="liste.csv:1")
    assert caught.value.message.endswith("“C18”, “C19”, …")


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (["", "Email"], "column 1 has no name"),
        (["Email", "2025"], "the column “2025” cannot be named"),
        (["Email", "Имя"], "the column “Имя” cannot be named"),
        (["Email", "---", "Nom"], "the column “---” cannot be named"),
    ],
)
def test_header_that_cannot_name_a_field_is_refused(headers: list[str], said: str) -> None:
    with pytest.raises(ContactsError, match=said) as caught:
        read_columns(headers, place="liste.csv:1")
    assert caught.value.hint
