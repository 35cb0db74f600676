"""The signals by which people and computers ask a command to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last two: the terminal was closed


class AtOnce:
    """Ends a command at once, as Python does by itself.

    ``handed_over``: the command has taken the signals over since, as it does when it begins to send.
    """

    def __init__(self) -> None:
        self.handed_over = False

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt


@contextmanager
def handling(handler: Callable[[int, FrameType | None], object]) -> Generator[None, None, None]:
    """Let a handler have these signals meanwhile, but those that the command was started to ignore (``nohup``)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    heard = [number for number in numbers if before[number] is not signal.SIG_IGN]
    for number in heard:
        former = before[number]
        if isinstance(former, AtOnce):
            former.handed_over = True
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number in heard:
            signal.signal(number, before[number])
