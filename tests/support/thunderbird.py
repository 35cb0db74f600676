"""Messages in the real Thunderbird, on a display of its own that nobody sees."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from PIL import Image, ImageGrab

from tests.support import external

WIDTH, HEIGHT = 760, 14_000  # pixels; so tall that a whole letter is seen at once
_POLL_SECONDS = 0.5
_GIVE_UP_SECONDS = 120

_PREFERENCES = {
    "app.update.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "datareporting.policy.dataSubmissionPolicyBypassNotification": True,
    "layout.css.devPixelsPerPx": "1.0",
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
    "network.dns.disabled": True,  # nothing but this computer can be reached
}


@contextmanager
def display(folder: Path) -> Generator[str]:
    """Start an X server without a screen of its own; the value is its name."""
    program = external.program("Xvfb", "xvfb")
    reading, writing = os.pipe()
    command = [program, "-displayfd", str(writing), "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-nolisten", "tcp"]
    with (folder / "xvfb.log").open("wb") as log, _running(command, log, pass_fds=[writing]):
        os.close(writing)
        with os.fdopen(reading) as answer:
            number = answer.readline().strip()
        assert number, (folder / "xvfb.log").read_text()
        yield f":{number}"


def picture_of(message: Path, shown: Callable[[Image.Image], bool], folder: Path, *, pictures: bool) -> Image.Image:
    """Open a message and return the screen as soon as ``shown`` says that it is there, or when nothing more comes.

    ``pictures`` lets it fetch pictures, which it does not do by itself.
    """
    program = external.program("thunderbird", "thunderbird")
    profile = folder / "profile"
    profile.mkdir()
    preferences = {**_PREFERENCES, "mailnews.message_display.disable_remote_image": not pictures}
    lines = (f"user_pref({_quoted(name)}, {_quoted(value)});\n" for name, value in preferences.items())
    (profile / "user.js").write_text("".join(lines), encoding="utf-8")
    command = [program, "--profile", str(profile), "--no-remote", "-file", str(message)]
    with display(folder) as name, (folder / "thunderbird.log").open("wb") as log:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DISPLAY": name, "LC_ALL": "C.UTF-8"}
        with _running(command, log, env=environment) as process:
            return _wait_for(name, shown, process)


def _quoted(value: str | bool) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def _wait_for(name: str, shown: Callable[[Image.Image], bool], process: subprocess.Popen[bytes]) -> Image.Image:
    end = time.monotonic() + _GIVE_UP_SECONDS
    while True:
        screen = ImageGrab.grab(xdisplay=name).convert("RGB")
        if shown(screen) or process.poll() is not None or time.monotonic() > end:
            return screen
        time.sleep(_POLL_SECONDS)


@contextmanager
def _running(
    command: list[str], log: IO[bytes], *, env: dict[str, str] | None = None, pass_fds: list[int] | None = None
) -> Generator[subprocess.Popen[bytes]]:
    """Run a program and, in the end, stop it with all that it has started."""
    process = subprocess.Popen(
        command, stdout=log, stderr=log, env=env, pass_fds=pass_fds or (), start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
