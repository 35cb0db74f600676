"""ZIP files with several tables in them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from apes_mailer.contacts.bundle import open_contacts
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.meanings import Meanings
from apes_mailer.contacts.rows import BadRow, OptOut, Row
from apes_mailer.errors import ContactsError
from apes_mailer.model.suppression import Cause
from tests.support.tables import write_xlsx, write_zip

MAILCHIMP = {
    "subscribed_members_export_1a2b.csv": (
        "Email Address,First Name,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME\n"
        "ana@exemple.fr,Ana,2,2024-03-04 09:00:00,2024-03-05 10:00:00\nbob@exemple.fr,Bob,2,,\n"
    ),
    "unsubscribed_members_export_1a2b.csv": (
        "Email Address,First Name,UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_REASON\n"
        "cleo@exemple.fr,Cléo,2025-04-01 10:11:12,Spam de mars,NORMAL\n"
    ),
    "cleaned_members_export_1a2b.csv": "Email Address,CLEAN_TIME\ndan@exemple.fr,2025-05-01 10:11:12\nzut,\n",
    "__MACOSX/._subscribed_members_export_1a2b.csv": b"\x00\x05\x16\x07",
    "README.md": "notes",
}


def _read(path: Path) -> tuple[list[Row | OptOut | BadRow], list[str]]:
    with open_contacts(path, shown="audience.zip", meanings=Meanings()) as bundle:
        rows = list(bundle)
        return rows, [bundle.place(row.line) for row in rows]


def _refusal(path: Path) -> ContactsError:
    with pytest.raises(ContactsError) as caught:
        _read(path)
    assert caught.value.message.startswith("audience.zip")
    assert caught.value.hint
    return caught.value


def test_export_of_mailchimp_is_one_table(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "audience.zip", MAILCHIMP)
    with open_contacts(path, shown="audience.zip", meanings=Meanings()) as bundle:
        at = {field: place for place, field in enumerate(bundle.fields)}
        assert len(at) == 8
        assert "audience.zip holds cleaned_members_export_1a2b.csv, " in bundle.notice
        rows = list(bundle)
        found = [(row.address, type(row)) for row in rows if not isinstance(row, BadRow)]
        assert found == [
            ("dan@exemple.fr", OptOut),
            ("zut", OptOut),
            ("ana@exemple.fr", Row),
            ("bob@exemple.fr", Row),
            ("cleo@exemple.fr", OptOut),
        ]
        dan, _, ana, _, cleo = rows
        assert isinstance(dan, OptOut)
        assert (dan.cause, dan.at) == (Cause.BOUNCED, dt.datetime(2025, 5, 1, 10, 11, 12, tzinfo=dt.UTC))
        assert isinstance(cleo, OptOut)
        assert cleo.cause == Cause.IMPORTED
        assert isinstance(ana, Row)
        assert (ana.values[at["PRENOM"]], ana.values[at["UNSUB_TIME"]]) == ("Ana", "")
        assert bundle.consent is not None
        consent = bundle.consent.of(ana.values)
        assert consent is not None
        assert consent.at == dt.datetime(2024, 3, 5, 10, 0, tzinfo=dt.UTC)
        assert bundle.place(ana.line) == "subscribed_members_export_1a2b.csv, line 2"


def test_row_that_cannot_be_read_names_its_table(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.csv": "EMAIL;NOM\na@exemple.fr;A\n", "b.csv": "EMAIL\nb@exemple.fr;x;y\n"})
    rows, places = _read(path)
    assert [type(row) for row in rows] == [Row, BadRow]
    assert places == ["a.csv, line 2", "b.csv, line 2"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"photo.jpg": b"\xff\xd8", "dossier/": b""}, "holds no table"),
        ({f"{number}.csv": "EMAIL\n" for number in range(60)}, "holds too much"),
        ({"a.csv": "EMAIL\na@exemple.fr\n", "b.csv": "Nom;Ville\nUn;Lille\n"}, "audience.zip/b.csv:1: no column holds"),
        ({"a.csv": b"\x89PNG\r\n"}, "audience.zip/a.csv is a picture"),
    ],
)
def test_zip_without_a_list_is_refused(tmp_path: Path, files: Mapping[str, str | bytes], said: str) -> None:
    assert said in _refusal(write_zip(tmp_path / "x.zip", files)).message


def test_zip_that_unpacks_to_more_than_two_gibibytes_is_refused_unread(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"a.csv": "EMAIL\n"})
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\x01\x02") + 24  # the size, in the list of contents
    content[place : place + 4] = (3 << 30).to_bytes(4, "little")
    path.write_bytes(bytes(content))
    assert "holds too much" in _refusal(path).message


def test_damaged_zip_file_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.csv", "EMAIL\n" + "".join(f"a{number}@exemple.fr\n" for number in range(1000)))
    content = whole.getvalue()
    path = tmp_path / "x.zip"
    path.write_bytes(content[:200] + b"\xff" * 40 + content[240:])
    assert "is damaged" in _refusal(path).message


@pytest.mark.parametrize("inside", ["été.csv", "[Content_Types].xml"], ids=["zip", "xlsx"])
@pytest.mark.parametrize("damaged", [0, 6, 46], ids=["signature", "version", "name"])
def test_zip_file_whose_list_of_contents_is_damaged_is_refused(tmp_path: Path, inside: str, damaged: int) -> None:
    path = write_zip(tmp_path / "x.zip", {"é.csv": "EMAIL\nana@exemple.fr\n", inside: "EMAIL\n"})
    content = bytearray(path.read_bytes())
    content[content.find(b"PK\x01\x02") + damaged] = 0xFF
    path.write_bytes(content)
    assert zipfile.is_zipfile(path), "its end is as it should be"
    assert "is damaged" in _refusal(path).message
    with pytest.raises(ContactsError, match="it is damaged"):
        open_contacts_file(path, shown="audience.zip")


@pytest.mark.slow
def test_what_is_no_zip_file_is_opened_as_what_it_is(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "liste.xlsx", {"A": [["Courriel"], ["ana@exemple.fr"]]})
    assert _read(path) == ([Row(2, "ana@exemple.fr", ())], ["line 2"])
