"""What the columns of a contacts file mean."""

from __future__ import annotations

import pytest

from apes_mailer.contacts.columns import read_columns
from apes_mailer.errors import ContactsError


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


def _rows(*rows: str) -> list[list[str]]:
    return [row.split(";") for row in rows]


@pytest.mark.parametrize("header", ["Contact email", "Mail pro", "Adresse email du contact", "Adresse"])
def test_only_column_that_holds_addresses_is_taken_and_named(header: str) -> None:
    sample = _rows("Ana;a@exemple.fr;Lille", "Bob;;Lens", "Cléo;zut;Arras", "Dora; D@exemple.fr ;Lens")
    columns = read_columns(["Nom", header, "Ville"], place="liste.csv:1", sample=sample)
    assert (columns.address, columns.fields, columns.places) == (1, ("NOM", "VILLE"), (0, 2))
    assert columns.notice == (
        f"liste.csv:1: no column is called EMAIL; the addresses are those of the column “{header}”, "
        "the only one with addresses in its first rows"
    )


def test_column_with_the_name_of_addresses_is_taken_without_a_word_whatever_the_others_hold() -> None:
    sample = _rows(";p@exemple.fr")
    columns = read_columns(["Emails", "Email du parrain"], place="liste.csv:1", sample=sample)
    assert (columns.address, columns.fields, columns.notice) == (0, ("EMAIL_DU_PARRAIN",), "")


def test_several_columns_with_addresses_are_never_chosen_from() -> None:
    sample = _rows("a@exemple.fr;", "b@exemple.fr;p@exemple.fr")
    with pytest.raises(ContactsError) as caught:
        read_columns(["Contact email", "Parrain"], place="liste.csv:1", sample=sample)
    assert caught.value.message == (
        "liste.csv:1: several columns hold addresses, and none is called EMAIL: “Contact email” and “Parrain”"
    )
    assert caught.value.hint == "Rename the one that the letter is to go to: EMAIL."


@pytest.mark.parametrize(
    "sample",
    [
        _rows("oui;Lille", "non;Lens"),
        _rows("Ana <a@exemple.fr>;Lille"),
        _rows("a@exemple.fr;Lille", "oui;Lens", "non;Lens"),
    ],
)
def test_name_that_speaks_of_mail_does_not_make_addresses_of_what_is_below(sample: list[list[str]]) -> None:
    with pytest.raises(ContactsError, match="no column holds the addresses"):
        read_columns(["Accord mail", "Ville"], place="liste.csv:1", sample=sample)


def test_name_that_speaks_of_mail_is_enough_where_nothing_is_written_yet() -> None:
    columns = read_columns(["Nom", "Mail pro"], place="liste.csv:1", sample=_rows("Ana;"))
    assert columns.address == 1
    assert columns.notice.endswith("“Mail pro”, the only one whose name speaks of mail")
    with pytest.raises(ContactsError, match="no column holds the addresses"):
        read_columns(["Mail pro", "Mail perso"], place="liste.csv:1")
