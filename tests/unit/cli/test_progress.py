"""How far a send is, where there is no terminal."""

from __future__ import annotations

import pytest

from apes_mailer.cli.progress import SendProgress
from apes_mailer.model.submission import NotAccepted, Refused, Submitted, Unknown


def test_last_line_says_how_many_were_submitted(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SendProgress(30)
    for _ in range(2):
        progress.add(10, Submitted())
    progress.finish()
    assert capsys.readouterr().err.startswith("20 of 30 submitted (66 %), ")


def test_nothing_is_said_twice_and_a_slow_send_has_a_pace(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    monkeypatch.setattr("apes_mailer.cli.progress.time.monotonic", lambda: now[0])
    progress = SendProgress(30)
    for _ in range(2):
        now[0] += 30
        progress.add(15, Submitted())
    progress.finish()
    assert capsys.readouterr().err.splitlines() == [
        "15 of 30 submitted (50 %), 30/min, 30 s left",
        "30 of 30 submitted (100 %), 30/min",
    ]


def test_what_goes_wrong_is_said_at_once_and_a_wait_for_the_same_cause_once(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SendProgress(30)
    progress.add(10, Refused(reasons={0: "no such mailbox"}))
    progress.add(10, NotAccepted(cause="SendGrid is busy"))
    progress.add(10, NotAccepted(cause="SendGrid is busy"))
    progress.add(10, Unknown(cause="no answer"))
    progress.add(10, NotAccepted(cause="the key was refused", stop=True))
    assert capsys.readouterr().err.splitlines() == [
        "The provider refused 1 recipient of a batch; the others go again.",
        "Waiting, then trying again: SendGrid is busy.",
        "A batch of 10 recipients is in doubt: no answer.",
    ]


def test_who_opted_out_on_the_way_is_not_missing_in_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    progress = SendProgress(20)
    progress.add(19, Submitted())
    progress.finish(left_out=1)
    assert "19 of 19 submitted (100 %)" in capsys.readouterr().err


def test_empty_send_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    SendProgress(0).finish()
    assert "0 of 0 submitted (100 %)" in capsys.readouterr().err
