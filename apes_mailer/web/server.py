"""Listening on an address of this computer, and serving until somebody stops it."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Generator, Sequence

import uvicorn
from starlette.types import ASGIApp

from apes_mailer.errors import ApesMailerError, UsageError
from apes_mailer.web.connections import Impatient

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SECONDS_TO_FINISH = 5  # for requests under way when the server is stopped


def listen(host: str, port: int, *, another: str) -> socket.socket:
    """Return a socket that already takes connections; port 0 is any free one.

    ``another`` says how to ask for another port. Raises ``UsageError`` for a port that cannot exist and
    ``ApesMailerError`` when the port is taken, reserved, or the host is none of this computer.
    """
    if not 0 <= port <= 65535:
        raise UsageError(f"There is no port {port}.", hint="Ports go from 1 to 65535; 0 is any free one.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise _no_address(host) from error
    try:
        # On Windows this option would let two programs share a port; elsewhere it only skips the wait after a restart.
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(256)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise _refused(error, host, port, another) from error
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the web address of a listening socket, without a slash at its end."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class WebServer(uvicorn.Server):
    """Serves one application on one socket, logs no request, and ends cleanly when it is told to."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        on_start: Callable[[], None] = lambda: None,
        on_stop: Callable[[], None] = lambda: None,
        trusted_proxies: Sequence[str] = (),
    ) -> None:
        """``on_start`` is called once requests are answered, ``on_stop`` before open connections are waited for.

        ``trusted_proxies``: addresses and networks of the reverse proxies that are believed when they say who asks, and
        by which scheme (``X-Forwarded-For``, ``X-Forwarded-Proto``). Of anybody else these headers mean nothing.
        """
        super().__init__(
            uvicorn.Config(
                app,
                loop="asyncio",
                http=Impatient,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=bool(trusted_proxies),
                forwarded_allow_ips=list(trusted_proxies),  # given, so that no environment variable widens it
                limit_concurrency=500,
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
            )
        )
        self._on_start = on_start
        self._on_stop = on_stop

    def serve_on(self, listener: socket.socket) -> None:
        """Serve until SIGINT, SIGTERM or :meth:`stop`."""
        with listener:
            self.run(sockets=[listener])

    def stop(self) -> None:
        """End :meth:`serve_on`; may be called from any thread."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_start()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._on_stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        # The inherited method raises the signal again at the end, and a server that was asked to stop would seem to
        # have been killed.
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def say(line: str) -> None:
    """Write a line for the person who started the server."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _no_address(host: str) -> ApesMailerError:
    return ApesMailerError(
        f"{host} is not an address of this computer.", hint="Use 127.0.0.1, or 0.0.0.0 for all its addresses."
    )


def _refused(error: OSError, host: str, port: int, another: str) -> ApesMailerError:
    match error.errno:
        case errno.EADDRINUSE:
            return ApesMailerError(
                f"Port {port} of {host} is taken: another program listens there, perhaps this one in another window.",
                hint=f"Close it, or use another port: {another}",
            )
        case errno.EACCES:
            return ApesMailerError(f"The system reserves port {port}.", hint=f"Use a port above 1023: {another}")
        case errno.EADDRNOTAVAIL:
            return _no_address(host)
        case _:
            return ApesMailerError(
                f"Nothing can listen on {host}, port {port}: {error.strerror}.", hint=f"Use another port: {another}"
            )
