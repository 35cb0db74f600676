"""The lock that says who is sending a campaign."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from apes_mailer.ledger import owner
from apes_mailer.ledger.owner import AlreadyRunningError, OwnerLock


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_PATIENCE_SECONDS", 0.05)


def _lock(folder: Path, name: str = "2027-03") -> OwnerLock:
    return OwnerLock(folder / "mailer.db", name)


def test_campaign_without_a_sender_has_no_owner(tmp_path: Path) -> None:
    assert not _lock(tmp_path).alive()
    assert list(tmp_path.iterdir()) == []


def test_owner_is_alive_while_the_lock_is_held(tmp_path: Path) -> None:
    with _lock(tmp_path).held():
        assert _lock(tmp_path).alive()
    assert not _lock(tmp_path).alive()


@pytest.mark.usefixtures("impatient")
def test_second_owner_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with _lock(tmp_path).held() as name:
        process = name.rpartition(":")[2]
        with (
            pytest.raises(AlreadyRunningError, match=f"by process {process} on .* did nothing"),
            _lock(tmp_path).held(),
        ):
            pytest.fail("two owners")


@pytest.mark.usefixtures("impatient")
def test_holder_that_left_no_name_is_another_program(tmp_path: Path) -> None:
    with _lock(tmp_path).held():
        (tmp_path / "mailer.db.locks" / "2027-03.owner").write_text("{", encoding="utf-8")
        with pytest.raises(AlreadyRunningError, match="by another program"), _lock(tmp_path).held():
            pytest.fail("two owners")


def test_name_of_the_owner_that_cannot_be_written_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "mailer.db.locks" / "2027-03.owner").mkdir(parents=True)
    with _lock(tmp_path).held():
        assert _lock(tmp_path).alive()


def test_campaigns_have_locks_of_their_own(tmp_path: Path) -> None:
    with _lock(tmp_path, "a").held(), _lock(tmp_path, "b").held():
        assert not _lock(tmp_path, "c").alive()


def test_lock_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), _lock(tmp_path).held():
        raise ZeroDivisionError
    assert not _lock(tmp_path).alive()


def test_glance_waits_for_the_end_of_another_glance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "_GLANCE_SECONDS", 30)
    with _lock(tmp_path).held():
        pass
    other = FileLock(tmp_path / "mailer.db.locks" / "2027-03.lock", thread_local=False)
    other.acquire()
    end = threading.Timer(0.05, other.release)
    end.start()
    assert not _lock(tmp_path).alive()
    end.join()
