"""A TCP server on 127.0.0.1 with one thread a connection, whose sockets a test may treat as badly as it likes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_JOIN_SECONDS = 5.0


class Listener:
    """Accepts connections on a free port of 127.0.0.1 and hands each to `handle` in a thread of its own.

    The socket is closed after `handle` returns. Leaving the context ends every connection that is still open,
    so a `handle` that waits for its client or with `pause` always comes back.
    """

    def __init__(self, handle: Callable[[socket.socket], None], *, tls: ssl.SSLContext | None = None) -> None:
        self._handle = handle
        self._tls = tls
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._socket.getsockname()[1]
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        self._acceptor = threading.Thread(target=self._accept, name=f"listener-{self.port}", daemon=True)

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        # Closing a socket does not wake a thread that waits in accept() on every system; a connection does.
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        self._acceptor.join(_JOIN_SECONDS)
        self._socket.close()
        with self._lock:
            threads = dict(self._open)
        for connection, thread in threads.items():
            _shut_down(connection)
            thread.join(_JOIN_SECONDS)

    @property
    def closing(self) -> bool:
        """Whether the context is being left."""
        return self._closing.is_set()

    def pause(self, seconds: float) -> bool:
        """Wait; True when the whole time has passed, False as soon as the server is being closed."""
        return not self._closing.wait(seconds)

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._closing.is_set():
                connection.close()
                return
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                self._open[connection] = thread
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            if _shake_hands(connection):
                self._handle(connection)
        finally:
            connection.close()
            with self._lock:
                del self._open[connection]


def _shake_hands(connection: socket.socket) -> bool:
    if isinstance(connection, ssl.SSLSocket):
        try:
            connection.do_handshake()
        except OSError:
            return False
    return True


def _shut_down(connection: socket.socket) -> None:
    # The plain method even for TLS: SSLSocket.shutdown() takes the TLS state away under the reading thread.
    with contextlib.suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
