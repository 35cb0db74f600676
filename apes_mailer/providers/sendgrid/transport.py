"""How a request reaches SendGrid: the package's client, made to keep a deadline, refuse redirects, ignore proxies."""

from __future__ import annotations

import http.client
import logging
import urllib.request
from email.message import Message
from typing import Any

import python_http_client

from apes_mailer.model.batch import Batch
from apes_mailer.online import deadline

_LONGEST_ANSWER = 1 << 20  # bytes; a request of which every recipient is refused is answered with about 150 kB


def silence() -> None:
    """Keep the package from logging the key and every address, whatever level somebody sets."""
    logging.getLogger("python_http_client.client").addFilter(_say_nothing)


def _say_nothing(_record: logging.LogRecord) -> bool:
    return False


class Bytes(bytes):
    """A request body that the package's log lines cannot show, nor waste time on formatting."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes>"

    __str__ = __repr__


class Body:
    """What the package takes for a string: it calls nothing but ``encode``."""

    def __init__(self, content: bytes | Batch) -> None:
        if not isinstance(content, bytes):
            raise TypeError(content)
        self._content = content

    def encode(self, _encoding: str) -> bytes:
        return self._content


class Client(python_http_client.Client):
    """The package's client, made to keep a total deadline, refuse redirects and ignore proxies."""

    _version: Any  # the package's __getattr__ answers for every name, so its attributes have to be declared
    _url_path: list[str]
    host: str
    request_headers: dict[str, str]

    def _build_client(self, name: str | None = None) -> Client:
        # The package would go on with its own class after the first segment of the path.
        path = [*self._url_path, name] if name else self._url_path
        return Client(host=self.host, version=self._version, request_headers=self.request_headers, url_path=path)

    def _make_request(
        self,
        opener: urllib.request.OpenerDirector,  # noqa: ARG002 - the package's own follows redirects and proxies
        request: urllib.request.Request,
        timeout: float | None = None,
    ) -> _Answer:
        return _Answer(deadline.opener().open(request, timeout=timeout))


class _Answer:
    """A response whose status counts whatever becomes of its body."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self._response = response

    def getcode(self) -> int:
        return self._response.status

    def info(self) -> Message:
        return self._response.headers

    def read(self) -> bytes:
        try:
            # An acceptance says all in its head, and is not to be put at risk by waiting for more.
            return b"" if self._response.status == 202 else self._response.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            self._response.close()
