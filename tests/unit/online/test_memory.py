from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from apes_mailer.model.answer import Answer, Reach
from apes_mailer.online.memory import KEPT, Memory

NOW = dt.datetime(2027, 3, 1, 12, tzinfo=dt.UTC)
GOOD = Answer(url="https://a.fr/", reach=Reach.REACHED, status=200, moved_to="https://b.fr/", media_type="text/html")


def test_what_was_reached_is_remembered_for_a_day(tmp_path: Path) -> None:
    file = tmp_path / "new" / "online.json"
    Memory(file, NOW).keep([GOOD])
    assert Memory(file, NOW + KEPT - dt.timedelta(seconds=1)).known() == {GOOD.url: GOOD}
    assert Memory(file, NOW + KEPT).known() == {}


def test_an_answer_from_the_future_is_forgotten(tmp_path: Path) -> None:
    Memory(tmp_path / "online.json", NOW).keep([GOOD])
    assert Memory(tmp_path / "online.json", NOW - dt.timedelta(days=400)).known() == {}


@pytest.mark.parametrize("reach", [reach for reach in Reach if reach is not Reach.REACHED])
def test_what_was_not_reached_is_asked_for_again(tmp_path: Path, reach: Reach) -> None:
    Memory(tmp_path / "online.json", NOW).keep([Answer(url="https://a.fr/", reach=reach)])
    assert Memory(tmp_path / "online.json", NOW).known() == {}


def test_what_is_kept_comes_to_what_was_kept_before(tmp_path: Path) -> None:
    file = tmp_path / "online.json"
    Memory(file, NOW).keep([GOOD])
    later = Answer(url="https://c.fr/", reach=Reach.REACHED, status=200)
    Memory(file, NOW + dt.timedelta(hours=23)).keep([later])
    assert set(Memory(file, NOW + dt.timedelta(hours=23)).known()) == {GOOD.url, later.url}
    assert set(Memory(file, NOW + dt.timedelta(hours=25)).known()) == {later.url}


@pytest.mark.parametrize("content", [b"", b"[", b'{"a": 1}', b'[{"at": 1}]', b"\xff\xfe"])
def test_a_damaged_file_is_no_obstacle(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "online.json"
    file.write_bytes(content)
    memory = Memory(file, NOW)
    assert memory.known() == {}
    memory.keep([GOOD])
    assert Memory(file, NOW).known() == {GOOD.url: GOOD}
