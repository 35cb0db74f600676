"""HTTP requests that end within a total time, follow nothing and use no proxy.

urllib's own timeout counts each read of the socket anew, so a server that trickles can hold a request for ever. Here
every operation on the socket gets only what is left of one deadline.
"""

from __future__ import annotations

import functools
import http.client
import io
import socket
import ssl
import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing_extensions import Buffer


class NotConnectedError(OSError):
    """No connection was made, so not a byte of the request has left."""


class ForbiddenAddressError(OSError):
    """The host has addresses only that must not be asked."""


Permission = Callable[[str], bool]
"""Whether an IP address, as text, may be connected to."""


def anywhere(_address: str) -> bool:
    """The permission to connect to every address."""
    return True


class _Deadline:
    """A moment on the monotonic clock; setting the wall clock does not move it."""

    def __init__(self, seconds: float, permission: Permission) -> None:
        self._end = time.monotonic() + seconds
        self._permission = permission

    def left(self) -> float:
        """Seconds left. Raises ``TimeoutError`` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the total time for this request is over")
        return left

    def open_socket(self, address: tuple[str, int], *_: object) -> socket.socket:
        """Connect to the first permitted address of a host that answers; each gets only what is left of the time.

        Raises ``OSError``, and ``ValueError`` for a name that no host can have.
        """
        failure: OSError = ForbiddenAddressError(f"{address[0]} has no address that may be asked")
        for _family, _kind, _protocol, _name, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
            if not self._permission(str(place[0])):
                continue
            try:
                connected = socket.create_connection((str(place[0]), place[1]), self.left())
            except OSError as error:
                failure = error
            else:
                connected.settimeout(max(self._end - time.monotonic(), 0.001))  # what is left for shaking hands
                return connected
        raise failure


class _Reader(io.RawIOBase):
    """What is left to read; it owns the socket, because an answer is read after its connection has been closed."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        super().__init__()
        self._socket = connected
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            self._socket.close()
        super().close()


class _BoundedSocket:
    """The few methods of a socket that ``http.client`` calls, all under one deadline."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline
        self._is_lent = False

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, _mode: str) -> io.BufferedReader:
        self._is_lent = True
        return io.BufferedReader(_Reader(self._socket, self._deadline))

    def close(self) -> None:
        if not self._is_lent:
            self._socket.close()


def _connect(connection: http.client.HTTPConnection, connect: functools.partial[None], deadline: _Deadline) -> None:
    try:
        connect()
        deadline.left()
    except (OSError, ValueError, http.client.HTTPException) as error:
        connection.close()
        raise NotConnectedError(str(error)) from error
    connection.sock = _BoundedSocket(connection.sock, deadline)


class _PlainConnection(http.client.HTTPConnection):
    def __init__(self, host: str, *, timeout: float, permission: Permission) -> None:
        super().__init__(host, timeout=timeout)
        self._deadline = _Deadline(timeout, permission)
        self._create_connection = self._deadline.open_socket

    def connect(self) -> None:
        _connect(self, functools.partial(super().connect), self._deadline)


class _TlsConnection(http.client.HTTPSConnection):
    def __init__(self, host: str, *, timeout: float, context: ssl.SSLContext, permission: Permission) -> None:
        super().__init__(host, timeout=timeout, context=context)
        self._deadline = _Deadline(timeout, permission)
        self._create_connection = self._deadline.open_socket

    def connect(self) -> None:
        _connect(self, functools.partial(super().connect), self._deadline)


class _HttpHandler(urllib.request.HTTPHandler):
    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self._connection = functools.partial(_PlainConnection, permission=permission)

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)  # pyright: ignore[reportArgumentType] - called with host and timeout only


class _HttpsHandler(urllib.request.HTTPSHandler):
    def __init__(self, context: ssl.SSLContext, permission: Permission) -> None:
        super().__init__(context=context)
        self._connection = functools.partial(_TlsConnection, context=context, permission=permission)

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(self._connection, req)  # pyright: ignore[reportArgumentType] - as above


@functools.cache
def opener(permission: Permission = anywhere) -> urllib.request.OpenerDirector:
    """Return an opener without redirects, proxies, cookies or retries.

    Every answer comes back as it is, whatever its status. A connection that cannot be made raises ``URLError`` with a
    :class:`NotConnectedError` as its reason, caused by a :class:`ForbiddenAddressError` when the host has no address
    that ``permission`` lets through; whatever else is raised leaves open whether the server has acted.
    """
    director = urllib.request.OpenerDirector()
    for handler in (
        _HttpHandler(permission),
        _HttpsHandler(ssl.create_default_context(), permission),
        urllib.request.UnknownHandler(),
    ):
        director.add_handler(handler)
    return director
