"""What ``doctor`` says of the files and the settings of a workspace."""

from __future__ import annotations

import json
import os
import sqlite3

import pytest

from apes_mailer.cli.app import run
from apes_mailer.doctor import Grade
from apes_mailer.errors import SettingsError
from tests.integration.doctor.workspaces import Place, only, said

knows_modes = pytest.mark.skipif(os.name != "posix", reason="this system knows no modes of files")
PROVIDER = '[unsubscribe]\nby = "provider"\n'


def test_workspace_in_order_has_nothing_to_mend(place: Place) -> None:
    report = place.examine()
    assert [each for each in report.diagnoses if each.grade in {Grade.ERROR, Grade.WARNING}] == []
    assert "outbox" in only(report, "provider", Grade.INFO).message
    assert said(report, "online") == []


def test_addresses_of_the_starter_are_nobodys(place: Place) -> None:
    settings = place.folder / "apes-mailer.toml"
    text = settings.read_text(encoding="utf-8").replace("jardin-partage.fr", "example.org")
    settings.write_text(text.replace("12 rue du Jardin", "1 rue de l'Exemple"), encoding="utf-8")
    for each, where in zip(said(place.examine(), "sender"), ("sender.address", "sender.postal_address"), strict=True):
        assert (each.grade, each.where) == (Grade.ERROR, where)
    settings.write_text(text.replace("postal_address", "# postal_address"), encoding="utf-8")
    address, postal = said(place.examine(), "sender")
    assert (address.grade, address.where) == (Grade.ERROR, "sender.address")
    assert (postal.grade, postal.where) == (Grade.WARNING, "sender.postal_address")


@knows_modes
@pytest.mark.parametrize("mode", [0o604, 0o640, 0o666])
def test_secret_that_others_can_read_is_an_error(place: Place, mode: int) -> None:
    assert only(place.examine(), "secret", Grade.OK).where == "secret.key"
    (place.folder / "secret.key").chmod(mode)
    found = only(place.examine(), "secret", Grade.ERROR)
    assert f"{mode:04o}" in found.message
    assert found.cure == "chmod 600 secret.key"


@knows_modes
def test_database_that_others_can_read_is_pointed_out(place: Place) -> None:
    place.examine()
    (place.folder / "mailer.db").chmod(0o644)
    (found,) = said(place.examine(), "database", Grade.WARNING)
    assert found.cure == "chmod 600 mailer.db"


def test_database_without_its_secret_is_told_and_the_rest_too(place: Place) -> None:
    place.examine()
    (place.folder / "secret.key").unlink()
    report = place.examine()
    assert "secret.key is missing" in only(report, "secret", Grade.ERROR).message
    assert said(report, "sender", Grade.OK)
    assert not (place.folder / "secret.key").exists()


def test_damaged_database_is_told(place: Place) -> None:
    place.examine()
    path = place.folder / "mailer.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO member (list_id, contact_id) VALUES (77, 88)")
    connection.close()
    (found,) = said(place.examine(), "database", Grade.ERROR)
    assert (found.where, "a row of member names one of" in found.message) == ("mailer.db", True)
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"\xff" * 4000)
    assert said(place.examine(), "database", Grade.ERROR)


def test_copied_database_is_doubted(place: Place) -> None:
    place.examine()
    with sqlite3.connect(place.folder / "mailer.db") as connection:
        connection.execute("UPDATE meta SET value = 'elsewhere:1' WHERE name = 'place'")
    connection.close()
    (found,) = said(place.examine(), "database", Grade.WARNING)
    assert "was copied" in found.message


def test_letters_that_nobody_could_unsubscribe_from_are_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.made-up")
    place.write(provider="sendgrid")
    assert "needs public_url" in only(place.examine(), "unsubscribing", Grade.ERROR).message
    place.write(provider="sendgrid", more=PROVIDER)
    assert "sendgrid.asm_group" in only(place.examine(), "unsubscribing", Grade.ERROR).message
    place.write(provider="sendgrid", more=f"{PROVIDER}[sendgrid]\nasm_group = 12345")
    report = place.examine()
    assert "12345" in only(report, "unsubscribing", Grade.OK).message
    assert "no picture" in only(report, "pictures", Grade.WARNING).message
    place.write(provider="sendgrid", more='[unsubscribe]\nby = "mail"\nmailto = "stop@jardin-partage.fr"')
    assert "stop@jardin-partage.fr" in only(place.examine(), "unsubscribing", Grade.INFO).message


def test_key_that_is_not_set_is_an_error(place: Place) -> None:
    place.write(provider="sendgrid", public_url="https://lettre.jardin-partage.fr")
    assert "SENDGRID_API_KEY is not set" in only(place.examine(), "provider", Grade.ERROR).message


def test_counting_without_a_page_to_take_consent_back_is_an_error(place: Place) -> None:
    place.write(more=f"{PROVIDER}[sendgrid]\nasm_group = 1\n[tracking]\nopens = true")
    assert "needs a page" in only(place.examine(), "tracking", Grade.ERROR).message


def test_place_to_publish_that_is_half_set_is_an_error(place: Place) -> None:
    place.write(more='[publish]\nto = "folder"\nfolder = "site"')
    assert "publish.url" in only(place.examine(), "pictures", Grade.ERROR).message


def test_webhook_key_that_is_none_and_reports_that_never_came(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENDGRID_API_KEY", "SG.made-up")
    url = "https://lettre.jardin-partage.fr"
    place.write(provider="sendgrid", public_url=url)
    assert only(place.examine(), "events", Grade.INFO).where == "sendgrid.webhook_keys"
    place.write(provider="sendgrid", public_url=url, more=f'[sendgrid]\nwebhook_keys = ["{"A" * 124}"]')
    assert "sendgrid.webhook_keys" in only(place.examine(), "events", Grade.ERROR).message


def test_settings_that_cannot_be_read_are_all_that_is_told(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    (place.folder / "apes-mailer.toml").write_text("[sender]\nnom = 3\n", encoding="utf-8")
    with pytest.raises(SettingsError):
        place.examine()
    assert run(["--workspace", str(place.folder), "doctor", "--json"]) == 4
    told = json.loads(capsys.readouterr().out)
    assert (told["ready"], told["lists"]) == (False, [])
    assert [(each["part"], each["grade"]) for each in told["diagnoses"]] == [("settings", "error")]


def test_command_ends_with_1_when_something_has_to_be_mended(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--workspace", str(place.folder), "doctor"]) == 0
    shown = capsys.readouterr()
    assert "ok: secret.key: is there" in shown.out
    assert shown.err == "0 errors, 0 warnings.\n"
    place.write(provider="sendgrid", public_url="https://lettre.jardin-partage.fr")
    assert run(["--workspace", str(place.folder), "doctor", "--json"]) == 1
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert told["ready"] is False
    assert {"part", "grade", "message", "where", "cure"} == set(told["diagnoses"][0])
    assert "1 error, 0 warnings: this workspace is not ready to send." in shown.err
