"""HTTP/1.1 by hand on an open socket (RFC 9112), so that a test can also break it at any byte."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from itertools import repeat

_HEAD_LIMIT = 65_536
_CHUNK = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The request line and the headers, their names in lower case; a repeated header is joined with `, `."""

    method: str
    path: str
    headers: Mapping[str, str]

    @property
    def content_length(self) -> int | None:
        """Octets of the body; None when the client did not say."""
        value = self.headers.get("content-length", "")
        return int(value) if value.isascii() and value.isdigit() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. `encode` adds Content-Length and closes the connection, unless told otherwise."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    def encode(self, *, promised_length: int | None = None, has_length: bool = True) -> bytes:
        """The octets on the wire; `promised_length` lies about the body, `has_length=False` says nothing."""
        length = len(self.body) if promised_length is None else promised_length
        closing = [("Content-Length", str(length))] if has_length else []
        fields = [*self.headers, *closing, ("Connection", "close")]
        lines = [status_line(self.status), *(f"{name}: {value}" for name, value in fields), "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


def status_line(status: int) -> str:
    """`HTTP/1.1 202 Accepted`, without the line end."""
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"


def receive_head(connection: socket.socket) -> tuple[Head, bytes] | None:
    """The head and what has already arrived of the body; None when no whole head came."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = _receive(connection, _CHUNK)
        if not chunk or len(data) > _HEAD_LIMIT:
            return None
        data += chunk
    head, _, rest = data.partition(b"\r\n\r\n")
    request_line, *lines = head.decode("latin-1").split("\r\n")
    words = request_line.split(" ")
    if len(words) != 3:
        return None
    return Head(method=words[0], path=words[1], headers=_fields(lines)), rest


def receive_body(connection: socket.socket, start: bytes, length: int) -> bytes:
    """`length` octets, `start` included; fewer when the client went away before."""
    body = bytearray(start[:length])
    while len(body) < length:
        chunk = _receive(connection, min(_CHUNK, length - len(body)))
        if not chunk:
            break
        body += chunk
    return bytes(body)


def send(connection: socket.socket, data: bytes) -> bool:
    """Whether all of `data` was handed to the system; False when the client has gone."""
    try:
        connection.sendall(data)
    except OSError:
        return False
    return True


def drip(connection: socket.socket, start: bytes, pause: Callable[[], bool]) -> None:
    """Send `start` and then endless padding, one octet after each `pause`; ends with the client or a False."""
    for octet in start:
        if not (pause() and send(connection, bytes([octet]))):
            return
    for octet in repeat(b"a"):
        if not (pause() and send(connection, octet)):
            return


def wait_until_closed(connection: socket.socket) -> None:
    """Swallow what comes and answer nothing until the other side, or the server, ends the connection."""
    while _receive(connection, _CHUNK):
        pass


def reset(connection: socket.socket) -> None:
    """Close with an RST instead of a FIN: the client sees `Connection reset by peer`."""
    linger = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    connection.close()


def _receive(connection: socket.socket, size: int) -> bytes:
    try:
        return connection.recv(size)
    except OSError:
        return b""


def _fields(lines: list[str]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(":")
        key, text = name.strip().lower(), value.strip()
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields
