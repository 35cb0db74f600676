"""What all pages for readers share: their language, their looks, and how they wait for the database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from apes_mailer.errors import LedgerError
from apes_mailer.model.keys import Keyring, TokenContent
from apes_mailer.web import pages, server, words
from apes_mailer.web.words import Language

T = TypeVar("T")

_RETRY_AFTER = 60  # seconds
_CHOSEN = "lang"
_ARCHIVE = "../"  # from where a letter would be
_SAME_ADDRESS = ""
_LOOKS = frozenset({"GET", "HEAD"})
_SAME_WHEN_OPENED = frozenset({"done", "none"})  # the answers to a button that the address gives by itself from then on


class InvalidLinkError(Exception):
    """The token was not made with this workspace's secret."""


class GoneError(Exception):
    """The link was ours, and has expired or been used."""


class NoLetterError(Exception):
    """There is no such letter, and a list of those that there are."""


class BusyError(Exception):
    """The database did not answer in time. What was to be recorded may be, now or when the database is free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What a page offers to do: a form of one button, which posts to ``action``."""

    action: str
    label: str
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What readers see of the workspace.

    ``letter`` and ``sender`` are named to them, ``write_to`` is where they reach a person. ``patience`` is how many
    seconds a reader waits for the database.
    """

    keyring: Keyring
    letter: str
    sender: str
    write_to: str
    patience: float
    # Of its own, so that pictures are served while the database keeps these waiting.
    threads: ThreadPoolExecutor

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Keep the threads for as long as the pages are served."""
        yield
        self.threads.shutdown(wait=True, cancel_futures=True)

    def link(self, request: Request) -> TokenContent:
        """Return what the token of an address says. Raises ``InvalidLinkError`` when it is not ours."""
        link = self.keyring.read_token(request.path_params["token"])
        if link is None:
            raise InvalidLinkError
        return link

    async def in_thread(self, work: Callable[[], T]) -> T:
        """Do a database transaction in a thread.

        Raises ``BusyError`` when it is not done in time. What has begun by then goes on: a thread cannot be stopped.
        """
        future = self.threads.submit(work)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), self.patience)
        except TimeoutError as error:
            future.add_done_callback(_tell_when_failed)
            raise BusyError from error
        except LedgerError as error:
            _tell(error)
            raise BusyError from error

    def texts(self, request: Request) -> Mapping[str, str]:
        """Return the words of the pages in the reader's language."""
        return words.words("public", language_of(request))

    def message(
        self,
        request: Request,
        what: str,
        *,
        paragraphs: Sequence[str],
        letter: str = "",
        button: Button | None = None,
        link: tuple[str, str] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return a page that says one thing, ``what``, and offers at most one button.

        ``paragraphs`` are the ends of the names of its words, ``letter`` is the one that they are about, ``link`` is
        another page: its address and its name.
        """
        texts = self.texts(request)
        named = {"letter": letter or self.letter}
        values: dict[str, object] = {
            "title": texts[f"{what}_title"],
            "paragraphs": [texts[f"{what}_{name}"] % named for name in paragraphs],
            "button": button,
            "link": link,
        }
        if request.method not in _LOOKS and what not in _SAME_WHEN_OPENED:
            values["other"] = None  # to look at what a button has answered in another language would be another page
        return self.page(request, "message.html", values, status=status, headers=headers)

    def page(
        self,
        request: Request,
        template: str,
        values: Mapping[str, object],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return a page made from a template, in the reader's language."""
        language = language_of(request)
        texts = self.texts(request)
        around: dict[str, object] = {
            "t": texts,
            "language": language,
            "sender": self.sender,
            "letter": self.letter,
            "contact": {"words": texts["contact"], "address": self.write_to},
            "other": _other(language),
        }
        own = {"Content-Security-Policy": pages.reader_policy(), "Vary": "Accept-Language", "X-Robots-Tag": "noindex"}
        content = pages.for_reader(template, {**around, **values})
        return HTMLResponse(content, status_code=status, headers={**own, **(headers or {})})

    def nobody(self, request: Request) -> Response:
        """Answer somebody who was erased: no letter comes, and there is nothing to decide."""
        return self.message(request, "none", paragraphs=["text"])

    async def no_letter(self, request: Request, _error: Exception) -> Response:
        """Answer that there is no such letter, and lead to those that there are."""
        archive = (_ARCHIVE, self.texts(request)["to_archive"])
        return self.message(request, "missing", status=404, paragraphs=["text"], link=archive)

    async def invalid(self, request: Request, _error: Exception) -> Response:
        """Answer a link that is not ours."""
        return self.message(request, "invalid", status=404, paragraphs=["text", "cure"])

    async def gone(self, request: Request, _error: Exception) -> Response:
        """Answer a link that has expired or been used."""
        return self.message(request, "gone", status=410, paragraphs=["text"])

    async def busy(self, request: Request, _error: Exception) -> Response:
        """Answer that the database is busy, and lead to the address once more.

        Of a form nobody can tell whether it is recorded: it may be as soon as the database is free.
        By a link, also after a form: what a button does is said by the page that it belongs to.
        """
        headers = {"Retry-After": str(_RETRY_AFTER)}
        again = (_SAME_ADDRESS, self.texts(request)["busy_again"])
        what = "busy" if request.method in _LOOKS else "unsure"
        return self.message(request, what, status=503, paragraphs=["text"], link=again, headers=headers)

    def failed(self, request: Request) -> Response:
        """Answer when something is wrong here."""
        return self.message(request, "failed", status=500, paragraphs=["text"])

    async def refuse(self, request: Request, error: Exception) -> Response:
        """Answer what is not there, or not allowed."""
        if not isinstance(error, HTTPException):
            raise error
        if error.status_code == 404:
            return self.message(request, "missing", status=404, paragraphs=["text"])
        # What was not read of the request's body would be taken for the next request.
        headers = {**(error.headers or {}), "Connection": "close"}
        return PlainTextResponse(f"{error.detail}\n", status_code=error.status_code, headers=headers)


def _tell_when_failed(future: Future[Any]) -> None:
    if not future.cancelled() and isinstance(error := future.exception(), LedgerError):
        _tell(error)


def _tell(error: LedgerError) -> None:
    server.say(f"The wish of a reader could not be recorded: {error}")


def language_of(request: Request) -> Language:
    """Return the language that the reader has chosen on a page, else that of the browser."""
    chosen = words.LANGUAGES.get(request.query_params.get(_CHOSEN, ""))
    return chosen or words.preferred(request.headers.get("accept-language", ""))


def going_on(request: Request, address: str) -> str:
    """Return an address to which a page leads, in the language that the reader has chosen, if any."""
    chosen = words.LANGUAGES.get(request.query_params.get(_CHOSEN, ""))
    return f"{address}?{_CHOSEN}={chosen}" if chosen else address


def _other(language: Language) -> dict[str, str]:
    other = next(each for each in words.LANGUAGES.values() if each != language)
    return {"language": other, "words": words.words("public", other)["this_language"], "address": f"?{_CHOSEN}={other}"}
