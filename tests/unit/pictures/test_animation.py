"""Pictures that move do so for five seconds at most, because nobody can stop them in a mail program."""

from __future__ import annotations

import pytest
from PIL import Image, ImageSequence

from apes_mailer.model.picture import Compromise
from apes_mailer.pictures import animation, making
from apes_mailer.pictures.encoding import Made
from apes_mailer.pictures.kinds import Kind
from apes_mailer.pictures.opening import DamagedError
from tests.support.drawn import corners, film, opened


def made(data: bytes, width: int = 400) -> Made:
    return making.made(data, Kind.GIF, width)


def seconds(image: Image.Image) -> float:
    """How long a reader sees it move."""
    loop = image.info.get("loop")
    once = sum(frame.info["duration"] for frame in ImageSequence.Iterator(image)) / 1000
    assert loop != 0, "it never ends"
    return once * (1 if loop is None else loop + 1)


@pytest.mark.parametrize(
    ("times", "loop", "expected"),
    [
        ([500, 500], 0, 5.0),  # for ever: as often as five seconds allow
        ([700, 700, 700], 0, 4.2),
        ([400, 400], 1, 1.6),  # twice
        ([400, 400], None, 0.8),  # once
        ([900, 900], 50, 3.6),
        ([2500, 2500], 0, 5.0),
    ],
)
def test_moving_picture_comes_to_rest(times: list[int], loop: int | None, expected: float) -> None:
    result = made(film((300, 200), "GIF", times=times, loop=loop))
    image = opened(result.data)
    assert (result.ending, result.compromise) == ("gif", Compromise.NONE)
    assert getattr(image, "n_frames", 1) == len(times)
    assert seconds(image) == pytest.approx(expected)


def test_frames_without_a_time_of_their_own_last_as_long_as_browsers_show_them() -> None:
    image = opened(made(film((300, 200), "GIF", times=[0] * 20)).data)
    assert seconds(image) == pytest.approx(4.0)


def test_moving_picture_is_as_wide_as_asked_and_keeps_its_colours() -> None:
    result = made(film((900, 600), "GIF", times=[300, 300]))
    assert (result.width, result.height) == (400, 267)
    for frame in ImageSequence.Iterator(opened(result.data)):
        assert frame.size == (400, 267)
        assert corners(frame) == ["red", "green", "blue", "white"]


def test_picture_that_moves_for_too_long_is_still() -> None:
    result = made(film((300, 200), "GIF", times=[1000] * 6))
    assert (result.ending, result.compromise) == ("png", Compromise.MOTION)
    assert corners(opened(result.data)) == ["red", "green", "blue", "white"]


def test_heavy_moving_picture_is_made_narrower_and_then_still(monkeypatch: pytest.MonkeyPatch) -> None:
    data = film((200, 200), "GIF", times=[200] * 4, grain=60)
    whole = made(data, 200)
    assert (whole.compromise, whole.width) == (Compromise.NONE, 200)
    monkeypatch.setattr(animation, "MOST_BYTES", len(whole.data) - 1)
    narrower = made(data, 200)
    assert (narrower.compromise, narrower.width, narrower.ending) == (Compromise.WIDTH, 100, "gif")
    monkeypatch.setattr(animation, "MOST_BYTES", len(narrower.data) - 1)
    still = made(data, 200)
    assert (still.compromise, still.width, still.ending) == (Compromise.MOTION, 200, "png")


def test_picture_of_more_frames_than_can_be_decoded_is_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(animation, "_MOST_PIXELS", 300 * 200)
    assert made(film((300, 200), "GIF", times=[200, 200])).compromise is Compromise.MOTION


@pytest.mark.parametrize(("kind", "saved_as"), [(Kind.WEBP, "WEBP"), (Kind.PNG, "PNG")])
def test_only_gifs_move_in_mail(kind: Kind, saved_as: str) -> None:
    result = making.made(film((300, 200), saved_as, times=[300, 300]), kind, 400)
    assert result.compromise is Compromise.MOTION
    assert getattr(opened(result.data), "n_frames", 1) == 1


def test_gif_of_one_frame_is_a_picture_like_any_other() -> None:
    assert made(film((300, 200), "GIF", times=[300])).compromise is Compromise.NONE
    assert made(film((300, 200), "GIF", times=[300])).ending == "png"


def test_damage_in_a_later_frame_is_told() -> None:
    whole = film((300, 200), "GIF", times=[300, 300, 300], grain=60)
    with pytest.raises(DamagedError):
        made(whole[: len(whole) * 2 // 3])
