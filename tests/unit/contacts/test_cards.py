"""Lists that come as an address book in vCard form."""

from __future__ import annotations

import quopri
from pathlib import Path

import pytest

from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.errors import ContactsError

_OUTLOOK = """\
BEGIN:VCARD
VERSION:2.1
N;LANGUAGE=fr;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{family};{given}
FN;CHARSET={charset};ENCODING=QUOTED-PRINTABLE:{given} {family}
ORG:Le Jardin;Bureau
TEL;WORK;VOICE:03 20 11 22 33
EMAIL;INTERNET:noe@exemple.fr
EMAIL;PREF;INTERNET:noe.pro@exemple.fr
END:VCARD
"""
_IPHONE = """\
BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 19.0//EN
N:Lefèvre;Zoë;;;
FN:Zoë Lefèvre
ORG:Café\\, Cie & Fils;
TITLE:Présidente
item1.EMAIL;type=INTERNET;type=pref:zoe@exem
 ple.fr
item1.X-ABLabel:_$!<Work>!$_
item2.ADR;type=HOME:;;1 rue de l’Été;Lille;;59000;France
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ
END:VCARD
"""
_PLAIN = """\
BEGIN:VCARD
VERSION:4.0
FN:Association des Amis
EMAIL;TYPE=home;PREF=2:autre@exemple.fr
EMAIL;PREF=1:amis@exemple.fr
END:VCARD
"""
_GROUP = "BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Bureau\nMEMBER:urn:uuid:1\nEND:VCARD\n"


def _rows(folder: Path, text: str, encoding: str = "utf-8") -> list[Row | OptOut | BadRow]:
    path = folder / "amis.vcf"
    path.write_bytes(text.encode(encoding))
    with open_contacts_file(path) as file:
        assert file.fields == ("PRENOM", "NOM", "STRUCTURE", "FONCTION", "TELEPHONE", "CODE_POSTAL", "VILLE")
        return list(file)


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_cards_of_all_versions_are_rows_on_the_lines_of_their_addresses(
    tmp_path: Path, encoding: str, newline: str
) -> None:
    family, given = (quopri.encodestring(word.encode()).decode() for word in ("Dupré", "Noé"))
    outlook = _OUTLOOK.format(charset="UTF-8", family=family, given=given)
    text = (outlook + _IPHONE + _GROUP + _PLAIN).replace("\n", newline)
    assert _rows(tmp_path, text, encoding) == [
        Row(8, "noe.pro@exemple.fr", ("Noé", "Dupré", "Le Jardin", "", "03 20 11 22 33", "", "")),
        Row(17, "zoe@exemple.fr", ("Zoë", "Lefèvre", "Café, Cie & Fils", "Présidente", "", "59000", "Lille")),
        Row(33, "amis@exemple.fr", ("", "Association des Amis", "", "", "", "", "")),
    ]


def test_quoted_printable_says_its_own_encoding(tmp_path: Path) -> None:
    family = quopri.encodestring("Dupré".encode("iso-8859-1")).decode()
    rows = _rows(tmp_path, _OUTLOOK.format(charset="ISO-8859-1", family=family, given="No"))
    assert [row.values[1] for row in rows if isinstance(row, Row)] == ["Dupré"]


def test_card_without_address_is_handed_out_to_be_rejected(tmp_path: Path) -> None:
    card = "BEGIN:VCARD\nVERSION:3.0\nN:Sans;Ana;;;\nFN:Ana Sans\nEND:VCARD\n"
    assert _rows(tmp_path, card + _PLAIN)[0] == Row(2, "", ("Ana", "Sans", "", "", "", "", ""))


def test_line_that_is_none_costs_nothing_else_of_the_card(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert [row.line for row in _rows(tmp_path, _PLAIN.replace("FN:", "what is this\nFN:"))] == [6]
    assert capfd.readouterr() == ("", "")


def test_card_cut_short_stops_with_its_line(tmp_path: Path) -> None:
    for rest in ("", _PLAIN):
        with pytest.raises(ContactsError) as caught:
            _rows(tmp_path, _PLAIN + _PLAIN.partition("END")[0] + rest)
        assert "amis.vcf:7: the card that begins in this line has no end" in caught.value.message
        assert caught.value.hint


def test_card_that_cannot_be_read_stops_with_its_line(tmp_path: Path) -> None:
    broken = "BEGIN:VCARD\nVERSION:3.0\nFN:x\nPHOTO;ENCODING=b:a\nEMAIL:x@exemple.fr\nEND:VCARD\n"
    with pytest.raises(ContactsError) as caught:
        _rows(tmp_path, _PLAIN + broken)
    assert "amis.vcf:7: the card that begins in this line cannot be read" in caught.value.message
