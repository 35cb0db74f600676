"""The letter as it is now: composed again at each save, with whoever looks at it told at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

import watchfiles

from apes_mailer.campaign.compose import Composition
from apes_mailer.errors import ApesMailerError, refused_by_system
from apes_mailer.wiring import Application
from apes_mailer.workspace import SETTINGS_FILE, Workspace, bundled

# Milliseconds. One save is several events, a few milliseconds apart.
_STEP, _DEBOUNCE = 25, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A letter, and the application with the settings that it was composed with."""

    application: Application
    composition: Composition


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One moment: the last good letter, None when there was none yet, and why the files as they are give none."""

    version: int
    good: Composed | None
    failure: ApesMailerError | None


class Live:
    """Watches the files that a letter is made of."""

    def __init__(self, application: Application, name: str) -> None:
        self._application = application
        self._name = name
        self._state = State(version=0, good=None, failure=None)
        self._news = asyncio.Event()
        self._dirty = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def state(self) -> State:
        """The newest state."""
        return self._state

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Compose the letter, and compose it again at each change until the block is left."""
        workspace = self._application.workspace
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch(*_folders(workspace, self._name), recursive=True))
            group.create_task(self._watch(workspace.root, recursive=False))
            await asyncio.sleep(0)  # both watch from here on, so that no save is missed
            await self._compose()
            group.create_task(self._follow())
            try:
                yield
            finally:
                self.close()

    def close(self) -> None:
        """Stop watching, and let nobody wait for news any longer."""
        self._closed.set()
        self._news.set()
        self._dirty.set()

    async def versions(self) -> AsyncGenerator[int]:
        """Yield the number of the newest state, at once and after each change, until closed."""
        while not self._closed.is_set():
            news = self._news
            yield self._state.version
            await news.wait()

    async def _watch(self, *paths: Path, recursive: bool) -> None:
        changes = watchfiles.awatch(  # pyright: ignore[reportUnknownMemberType] - one of its types comes from trio
            *paths,
            watch_filter=_matters if recursive else _is_settings,
            step=_STEP,
            debounce=_DEBOUNCE,
            recursive=recursive,
            stop_event=self._closed,
        )
        async for _ in changes:
            self._dirty.set()

    async def _follow(self) -> None:
        while True:
            await self._dirty.wait()
            if self._closed.is_set():
                return
            self._dirty.clear()
            await self._compose()

    async def _compose(self) -> None:
        before = self._state
        version = before.version + 1
        try:
            good = await asyncio.to_thread(self._composed)
        except ApesMailerError as error:
            self._state = State(version=version, good=before.good, failure=error)
        except OSError as error:
            self._state = State(version=version, good=before.good, failure=refused_by_system(error))
        else:
            self._state = State(version=version, good=good, failure=None)
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _composed(self) -> Composed:
        # An application of its own, because each reads the settings once.
        application = Application(self._application.workspace, clock=self._application.clock)
        return Composed(application=application, composition=application.compose(self._name, for_provider=True))


def _folders(workspace: Workspace, name: str) -> list[Path]:
    folders = [workspace.campaigns / name, workspace.templates, workspace.contacts, bundled("templates")]
    return [folder for folder in dict.fromkeys(folders) if folder.is_dir()]


def _matters(_change: watchfiles.Change, path: str) -> bool:
    name = Path(path).name
    return not name.startswith(".") and not name.endswith(("~", ".swp", ".swx", ".tmp", ".part"))


def _is_settings(_change: watchfiles.Change, path: str) -> bool:
    return Path(path).name == SETTINGS_FILE
