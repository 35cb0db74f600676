"""A letter is looked at as the contacts of a list will read it: those of a send, with the values of a send."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from apes_mailer.campaign import contact_preview, starter
from apes_mailer.contacts import file_list
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ContactsError
from apes_mailer.wiring import Application

ROWS = (
    "EMAIL;PRENOM;STATUT",
    "Ana <ana@exemple.fr>;Première;",
    "ana@exemple.fr;Seconde;",
    "bob @ exemple.fr;Bob;actif",
    "c\u200bleo@exemple.fr;Cléo;",
    "zut;Zoé;",
    "dan@exemple.fr;Dan;désinscrit",
    "Eve@Exemple.fr;;",
)


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Application]:
    """A workspace with the list "tous", some rows of which have to be mended."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    workspace = starter.init(tmp_path / "workspace")
    (workspace.contacts / "tous.csv").write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    opened = Application(workspace)
    yield opened
    opened.database.close()


def test_contacts_and_their_values_are_those_of_a_send(application: Application) -> None:
    workspace, database = application.workspace, application.database
    with open_contacts_file(workspace.contacts / "tous.csv") as file:
        sent = {contact.address: dict(contact.fields) for contact in file_list.contacts(file, lambda _reject: None)}
    assert list(sent) == ["ana@exemple.fr", "bob@exemple.fr", "cleo@exemple.fr", "eve@exemple.fr"]
    assert contact_preview.search(workspace, database, "tous", "") == list(sent)
    for address, fields in sent.items():
        reader = contact_preview.find_reader(workspace, database, "tous", address)
        assert reader.values == {**fields, "EMAIL": address}


def test_what_is_searched_for_may_be_in_capitals(application: Application) -> None:
    found = contact_preview.search(application.workspace, application.database, "tous", " BOB@")
    assert found == ["bob@exemple.fr"]


@pytest.mark.parametrize("nobody", ["dan@exemple.fr", "zut", "personne@exemple.fr"])
def test_nobody_reads_it_who_would_not_get_it(application: Application, nobody: str) -> None:
    with pytest.raises(ContactsError, match="is not on the list"):
        contact_preview.find_reader(application.workspace, application.database, "tous", nobody)
