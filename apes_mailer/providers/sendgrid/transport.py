"""How a request reaches SendGrid: the package's client, made to keep a deadline, refuse redirects, ignore proxies."""

from __future__ import annotations

import http.client
import logging
import urllib.request
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any, Protocol

import python_http_client
import sendgrid

from apes_mailer.model.batch import Batch
from apes_mailer.online import deadline

_LONGEST_ANSWER = 8 << 20  # bytes; a refusal of every recipient has about 150 kB, a group of 200,000 addresses 6 MB
_SUBMISSION = "/v3/mail/send"


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
        submits = request.full_url.endswith(_SUBMISSION)
        return _Answer(deadline.opener().open(request, timeout=timeout), head_only=submits)


class Response(Protocol):
    """An answer as the package hands it on."""

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        ...

    @property
    def headers(self) -> Message:
        """The HTTP headers."""
        ...

    @property
    def body(self) -> bytes:
        """The body as far as it came; cut off after some megabytes."""
        ...


def client(api_key: str, base_url: str) -> Any:
    """Return a client for one request; the package's client lets the headers of one call leak into the next."""
    api = sendgrid.SendGridAPIClient(api_key=api_key, host=base_url)
    # Any other type than application/json makes the package post the body as it is, instead of encoding it again.
    headers = {**api.client.request_headers, "Content-Type": "application/json; charset=utf-8"}
    return Client(host=base_url, request_headers=headers, version=3)


def exchange(
    api: Any,
    path: Sequence[str],
    *,
    timeout: float,
    query: Mapping[str, str | int] | None = None,
    body: bytes | None = None,
    delete: bool = False,
) -> Response:
    """Make one request, a POST when it has a body, and return the answer, whatever its status.

    Segments of ``path`` are quoted already.

    ``timeout`` is the total time in seconds. Raises ``OSError`` (often an ``URLError``) or ``HTTPException``.
    """
    for segment in path:
        api = api._(segment)
    if delete:
        return api.delete(timeout=timeout)
    if body is None:
        return api.get(query_params=dict(query or {}), timeout=timeout)
    return api.post(request_body=Body(body), timeout=timeout)


class _Answer:
    """A response whose status counts whatever becomes of its body."""

    def __init__(self, response: http.client.HTTPResponse, *, head_only: bool) -> None:
        self._response = response
        self._head_only = head_only

    def getcode(self) -> int:
        return self._response.status

    def info(self) -> Message:
        return self._response.headers

    def read(self) -> bytes:
        try:
            # An accepted mail says all in its head, and is not to be put at risk by waiting for more.
            accepted = self._head_only and self._response.status == 202
            return b"" if accepted else self._response.read(_LONGEST_ANSWER)
        except (OSError, http.client.HTTPException):
            return b""
        finally:
            self._response.close()
