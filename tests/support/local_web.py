"""A small web on 127.0.0.1, whose pages a test may treat as badly as it likes."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Self

from tests.support.http_wire import Head, Reply, receive_head, send
from tests.support.listener import Listener

Behaviour = Callable[[socket.socket, Head], None]
NOT_FOUND = Reply(status=404)


class LocalWeb:
    """Answers each path with its reply, or lets a function have the connection; 404 for all others.

    A reply to HEAD is the one to GET without its body. ``requests`` holds the heads of all requests in order.
    """

    def __init__(self, pages: Mapping[str, Reply | Behaviour], *, tls: ssl.SSLContext | None = None) -> None:
        self._pages = dict(pages)
        self._listener = Listener(self._serve, tls=tls)
        self._scheme = "https" if tls else "http"
        self.requests: list[Head] = []

    def __enter__(self) -> Self:
        self._listener.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.__exit__(kind, error, trace)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"{self._scheme}://127.0.0.1:{self._listener.port}"

    def pause(self, seconds: float) -> bool:
        """Wait; False as soon as the server is being closed."""
        return self._listener.pause(seconds)

    def put(self, path: str, page: Reply | Behaviour) -> None:
        """Answer a path so from now on."""
        self._pages[path] = page

    def paths(self, method: str = "") -> list[str]:
        """The paths that were asked for, by this method or by any."""
        return [head.path for head in self.requests if method in {"", head.method}]

    def _serve(self, connection: socket.socket) -> None:
        received = receive_head(connection)
        if received is None:
            return
        head, _ = received
        self.requests.append(head)
        page = self._pages.get(head.path, NOT_FOUND)
        if not isinstance(page, Reply):
            page(connection, head)
            return
        whole = page.encode()
        send(connection, whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if head.method == "HEAD" else whole)
