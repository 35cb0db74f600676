"""Knowing a copied or restored ledger for what it is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from apes_mailer.errors import SettingsError
from apes_mailer.ledger.instance import Instance, computer_id
from apes_mailer.ledger.marks import Mark
from apes_mailer.ledger.states import Kind
from apes_mailer.model.submission import NotAccepted, Submitted
from tests.support.ledgers import NAME, Ledger


def _attempt(ledger: Ledger, name: str = NAME) -> None:
    """One claim as a sender makes it."""
    claim = ledger.claim(name)
    ledger.remember()
    ledger.record(claim, NotAccepted(cause="429"))


def _adopt(ledger: Ledger) -> None:
    with ledger.database.write() as connection:
        ledger.instance.adopt(connection)


def _close(ledger: Ledger) -> Path:
    ledger.database.close()
    return ledger.database.path


def _restore_in_place(backup: Path, path: Path) -> None:
    """Put old contents into the same file, as ``cp`` does: its number on the disk stays."""
    before = path.stat().st_ino
    path.write_bytes(backup.read_bytes())
    assert path.stat().st_ino == before


def test_ledger_at_home_is_trusted(ledger: Ledger) -> None:
    ledger.prepare()
    _attempt(ledger)
    assert ledger.doubt() == ""


def test_copied_file_is_not_trusted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    _attempt(ledger)
    path = _close(ledger)
    copy = path.with_name("copy.db")
    shutil.copyfile(path, copy)
    path.rename(path.with_name("aside.db"))
    copy.rename(path)
    assert "was copied" in Ledger.open(tmp_path).doubt()


def test_ledger_on_another_computer_is_not_trusted(ledger: Ledger, tmp_path: Path) -> None:
    _close(ledger)
    assert "another computer" in Ledger.open(tmp_path, computer="there").doubt()


def test_renamed_folder_is_trusted(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    ledger = Ledger.create(tmp_path / "before", contacts=3)
    ledger.prepare()
    _attempt(ledger)
    _close(ledger)
    (tmp_path / "before").rename(tmp_path / "after")
    assert Ledger.open(tmp_path / "after").doubt() == ""


def test_older_contents_in_the_same_file_are_not_trusted(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    _attempt(ledger)
    path = _close(ledger)
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    ledger = Ledger.open(tmp_path)
    ledger.ids[NAME] = 1
    _attempt(ledger)
    _close(ledger)
    _restore_in_place(backup, path)
    assert "knows of 1 requests to a provider, and 2 were made" in Ledger.open(tmp_path).doubt()


@pytest.mark.parametrize("lost", ["mailer.db-mark", "state"])
def test_one_mark_is_enough(ledger: Ledger, tmp_path: Path, lost: str) -> None:
    path = _close(ledger)
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    ledger = Ledger.open(tmp_path)
    ledger.prepare()
    _attempt(ledger)
    _close(ledger)
    place = tmp_path / lost
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    _restore_in_place(backup, path)
    ledger = Ledger.open(tmp_path)
    assert "is older than what was sent" in ledger.doubt()
    with ledger.database.read() as connection:
        assert ledger.instance.touched_since(connection) == (NAME,)


def test_ledger_without_its_marks_is_trusted_at_home(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    _attempt(ledger)
    (tmp_path / "mailer.db-mark").unlink()
    shutil.rmtree(tmp_path / "state")
    assert ledger.doubt() == ""


@pytest.mark.parametrize("damage", [b"", b"12", b"\xff\xfe", b"00000000000000000009\n[]\n", b"9\n{}", b"x\n{"])
def test_damaged_mark_is_no_mark(ledger: Ledger, tmp_path: Path, damage: bytes) -> None:
    ledger.prepare()
    _attempt(ledger)
    (tmp_path / "mailer.db-mark").write_bytes(damage)
    assert ledger.doubt() == ""


def test_mark_that_cannot_be_written_stops_nobody(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    for name in ("mailer.db-mark", "mailer.db-mark.new"):
        (tmp_path / name).mkdir()
    _attempt(ledger)
    with ledger.database.read() as connection:
        mark = ledger.instance.mark(connection)
    ledger.instance.count(mark)
    assert ledger.doubt() == ""


def test_campaigns_of_a_lost_ledger_are_known_by_the_mark_that_it_left(ledger: Ledger, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    stranger = Ledger.create(other, contacts=5)
    stranger.prepare()
    _attempt(stranger)
    shutil.copyfile(other / "mailer.db-mark", tmp_path / "mailer.db-mark")
    assert ledger.doubt() == ""
    with ledger.database.read() as connection:
        assert ledger.instance.touched_since(connection) == (NAME,)


def test_second_ledger_of_the_same_letters_knows_what_the_first_one_sent(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    ledger.record(ledger.claim(), Submitted())
    ledger.remember()
    ledger.database.close()
    for path in tmp_path.glob("mailer.db*"):
        path.unlink() if path.is_file() else shutil.rmtree(path)
    afresh = Ledger.create(tmp_path, contacts=5)
    with afresh.database.read() as connection:
        assert afresh.instance.touched_since(connection) == (NAME,)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.copytree(tmp_path / "state", elsewhere / "state")
    stranger = Ledger.create(elsewhere, contacts=5)
    with stranger.database.read() as connection:
        assert stranger.instance.touched_since(connection) == ()
    afresh.database.close()
    stranger.database.close()


def test_adopted_ledger_is_trusted_and_numbers_its_attempts_on(ledger: Ledger, tmp_path: Path) -> None:
    path = _close(ledger)
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    ledger = Ledger.open(tmp_path)
    ledger.prepare("lost")
    for _ in range(4):
        _attempt(ledger, "lost")
    _close(ledger)
    _restore_in_place(backup, path)
    ledger = Ledger.open(tmp_path)
    assert ledger.doubt()
    _adopt(ledger)
    assert ledger.doubt() == ""
    ledger.prepare("next")
    assert ledger.claim("next").attempt_id == 5
    _close(ledger)
    _restore_in_place(backup, path)
    assert "and 4 were made" in Ledger.open(tmp_path).doubt()


def test_campaign_that_only_a_mark_knows_is_still_known_after_the_ledger_is_adopted(
    ledger: Ledger, tmp_path: Path
) -> None:
    path = _close(ledger)
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    ledger = Ledger.open(tmp_path)
    ledger.prepare("lost")
    _attempt(ledger, "lost")
    _close(ledger)
    _restore_in_place(backup, path)
    ledger = Ledger.open(tmp_path)
    _adopt(ledger)
    ledger.prepare("next")
    _attempt(ledger, "next")
    with ledger.database.read() as connection:
        assert ledger.instance.touched_since(connection) == ("lost", "next")


def test_mark_names_only_campaigns_that_were_sent_for_real(ledger: Ledger) -> None:
    ledger.prepare("prepared only")
    ledger.prepare("a test", kind=Kind.TEST)
    _attempt(ledger, "a test")
    ledger.prepare("sent")
    _attempt(ledger, "sent")
    with ledger.database.read() as connection:
        assert ledger.instance.mark(connection).campaigns == ("sent",)


def test_number_in_the_mark_never_goes_down(ledger: Ledger, tmp_path: Path) -> None:
    ledger.prepare()
    _attempt(ledger)
    with ledger.database.read() as connection:
        old = ledger.instance.mark(connection)
    for _ in range(9):
        _attempt(ledger)
    ledger.instance.count(old)
    assert int((tmp_path / "mailer.db-mark").read_text(encoding="utf-8").split()[0]) == 10


def test_view_older_than_a_claim_at_work_raises_no_false_alarm(ledger: Ledger) -> None:
    ledger.prepare()

    class Slow(Instance):
        """Meets a sender that claims before and after it looks at the marks."""

        def _all_marks(self) -> list[Mark]:
            _attempt(ledger)
            found = super()._all_marks()
            _attempt(ledger)
            return found

    slow = Slow(ledger.database.path, state_folder=ledger.database.path.parent / "state", computer="here")
    with ledger.database.read() as connection:
        assert slow.doubt(connection) == ""


def test_other_secret_is_refused(ledger: Ledger) -> None:
    with pytest.raises(SettingsError, match=r"secret\.key is not the one"):
        ledger.instance.register(ledger.database, "another fingerprint")


def test_registering_again_changes_nothing(ledger: Ledger) -> None:
    before = ledger.rows("SELECT name, value FROM meta ORDER BY name")
    ledger.instance.register(ledger.database, ledger.keyring.fingerprint())
    assert ledger.rows("SELECT name, value FROM meta ORDER BY name") == before


def test_computer_has_the_same_name_twice() -> None:
    assert computer_id() == computer_id()


def test_copy_that_does_not_know_what_people_said_since_is_not_trusted_though_nothing_was_sent(tmp_path: Path) -> None:
    ledger = Ledger.create(tmp_path, contacts=3)
    ledger.database.close()
    before = (tmp_path / "mailer.db").read_bytes()
    ledger = Ledger.open(tmp_path)
    ledger.suppress(0)
    assert ledger.doubt() == ""
    ledger.database.close()
    (tmp_path / "mailer.db").write_bytes(before)
    restored = Ledger.open(tmp_path)
    assert "older than what people said since: 1 times" in restored.doubt()
    with restored.database.write() as connection:
        restored.instance.adopt(connection)
    assert restored.doubt() == ""
    restored.suppress(1)
    restored.database.close()
    (tmp_path / "mailer.db").write_bytes(before)
    assert "older than what people said since: 2 times" in Ledger.open(tmp_path).doubt()


def test_what_is_recorded_after_a_restore_does_not_hide_it(tmp_path: Path) -> None:
    path = _close(Ledger.create(tmp_path, contacts=5))
    backup = shutil.copyfile(path, tmp_path / "backup.db")
    ledger = Ledger.open(tmp_path)
    for number in (0, 1):
        ledger.suppress(number)
    _close(ledger)
    _restore_in_place(backup, path)
    ledger = Ledger.open(tmp_path)
    for number in (2, 3, 4):
        ledger.suppress(number)
    _close(ledger)
    ledger = Ledger.open(tmp_path)
    assert "older than what people said since: 2 times" in ledger.doubt()
    _adopt(ledger)
    assert ledger.doubt() == ""
    _close(ledger)
    assert Ledger.open(tmp_path).doubt() == ""


def test_claim_that_is_lost_with_its_transaction_is_in_no_mark(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "state").write_bytes(b"")  # no folder: this mark cannot be written, so the other one is made anew
    ledger.prepare()
    _attempt(ledger)
    other = Ledger.open(tmp_path)
    other.suppress(4)
    other.database.close()
    remember = Instance.remember

    def die(instance: Instance, mark: Mark) -> None:
        remember(instance, mark)
        raise KeyboardInterrupt

    monkeypatch.setattr(Instance, "remember", die)
    with pytest.raises(KeyboardInterrupt):
        ledger.claim()
    monkeypatch.undo()
    _close(ledger)
    assert Ledger.open(tmp_path).doubt() == ""
