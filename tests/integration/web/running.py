"""The web applications on real sockets, and a client that follows nothing and keeps nothing by itself."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from apes_mailer.web import server


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; names of headers are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()


def request(
    url: str, method: str = "GET", *, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Reply:
    """Make one request on a connection of its own; the path is sent as it is written."""
    parts = urlsplit(url)
    path = url.partition(parts.netloc)[2] or "/"
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        names = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(status=answer.status, headers=names, body=answer.read())
    finally:
        connection.close()


@contextmanager
def serving(app: Any, listener: Any = None, **options: Any) -> Generator[str]:
    """Serve an application in a thread; yields its address, and ends it cleanly."""
    listener = listener or server.listen("127.0.0.1", 0, another="")
    url = server.url_of(listener)
    started = threading.Event()
    web = server.WebServer(app, on_start=started.set, **options)
    thread = threading.Thread(target=web.serve_on, args=(listener,))
    thread.start()
    try:
        assert started.wait(20), "the server did not start"
        yield url
    finally:
        web.stop()
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"
