"""What was published: pictures and web versions of letters, the list of them and its feed."""

from __future__ import annotations

import hashlib
import stat
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from apes_mailer.model.publication import ARCHIVE, FEED, page_path, picture_path
from apes_mailer.places.base import FOR_A_WHILE, FOR_GOOD, media_type
from apes_mailer.render import archive, own_page
from apes_mailer.web import pictures
from apes_mailer.web.conditions import has
from apes_mailer.web.front import NoLetterError
from apes_mailer.web.pages import CLOSED
from apes_mailer.workspace.names import is_name

# A letter is styled by attributes, runs no script, and loads nothing but the pictures beside it.
_LETTER = f"{CLOSED}; img-src 'self'; style-src 'unsafe-inline'"


class Published:
    """The folder that ``publish --to serve`` writes; nothing else in it can be reached."""

    def __init__(self, folder: Path, *, noindex: bool) -> None:
        """``noindex``: search engines are asked to list none of it, also where a page cannot say so itself."""
        self._folder = folder
        self._more = {"X-Robots-Tag": "noindex"} if noindex else {}

    def routes(self, path: str) -> list[Route]:
        """Return the routes, below the path of the public address."""
        return [
            Route(f"{path}/pictures/{{name}}", self.picture, methods=["GET"]),
            Route(f"{path}/", self.archive, methods=["GET"]),
            Route(f"{path}/{ARCHIVE}", self.archive, methods=["GET"]),
            Route(f"{path}/{FEED}", self.feed, methods=["GET"]),
            Route(f"{path}/letters/{{name}}.html", self.letter, methods=["GET"]),
            Route(f"{path}/letters/{{name}}", self.no_letter, methods=["GET"]),
        ]

    def picture(self, request: Request) -> Response:
        """Return a picture of a letter."""
        name: str = request.path_params["name"]
        headers = {"Cache-Control": FOR_GOOD, "Cross-Origin-Resource-Policy": "cross-origin"}
        if not pictures.is_name(name):
            raise HTTPException(404)
        return pictures.respond(request, name, self._folder / picture_path(name), headers)

    def archive(self, request: Request) -> Response:
        """Return the list of all letters."""
        return self._respond(request, ARCHIVE, f"{CLOSED}; style-src {own_page.css_source(archive.css())}")

    def feed(self, request: Request) -> Response:
        """Return the Atom feed."""
        return self._respond(request, FEED, CLOSED)

    def letter(self, request: Request) -> Response:
        """Return a web version."""
        name: str = request.path_params["name"]
        if not is_name(name):
            return self.no_letter(request)
        try:
            return self._respond(request, page_path(name), _LETTER)
        except HTTPException:
            return self.no_letter(request)

    def no_letter(self, _request: Request) -> Response:
        """Raise ``NoLetterError``, or ``HTTPException`` 404 when there is no list of letters to lead to."""
        if self._read(ARCHIVE) is None:
            raise HTTPException(404)
        raise NoLetterError

    def _read(self, path: str) -> bytes | None:
        file = self._folder / path
        try:
            return file.read_bytes() if stat.S_ISREG(file.lstat().st_mode) else None
        except OSError:
            return None

    def _respond(self, request: Request, path: str, policy: str) -> Response:
        """Return a file, or 304 when the browser has it. Raises ``HTTPException`` 404 when it is not there."""
        content = self._read(path)
        if content is None:
            raise HTTPException(404)
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"ETag": tag, "Cache-Control": FOR_A_WHILE, "Content-Security-Policy": policy, **self._more}
        if has(request, tag):
            return Response(status_code=304, headers=headers)
        return Response(content, media_type=media_type(path), headers=headers)
