"""A provider that accepts everything as fast as it comes, for benchmarks: `python benchmarks/sink.py --port 0`.

Reads each HTTP request by its Content-Length without looking at the body, and answers 202 with an X-Message-Id
(after --latency-ms, if given). Prints one line of JSON with its port when it listens, and one with its counts when
it gets SIGTERM or SIGINT. Standard library only; needs a Unix for its signals.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import ssl
from dataclasses import asdict, dataclass
from typing import cast

# One for all connections: the loop fills it and has it counted in one go, and nobody reads it later.
_SCRATCH = memoryview(bytearray(1 << 20))
_HEAD_LIMIT = 65_536


@dataclass(slots=True)
class Counts:
    """What came in: connections, whole requests, octets including the heads."""

    connections: int = 0
    requests: int = 0
    bytes: int = 0


class Sink(asyncio.BufferedProtocol):
    """One connection; serves any number of requests on it, pipelined ones too (without latency)."""

    def __init__(self, counts: Counts, latency: float) -> None:
        """`latency`: seconds between the last octet of a request and its answer."""
        self._counts = counts
        self._latency = latency
        self._head: bytes = b""
        self._missing = 0
        self._close = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport to answer on."""
        self._counts.connections += 1
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - the loop's hint does not matter here
        """Where the loop writes what arrives: always the same memory."""
        return _SCRATCH

    def buffer_updated(self, nbytes: int) -> None:
        """Count a body without touching it; only a head is looked at."""
        self._counts.bytes += nbytes
        if nbytes < self._missing:
            self._missing -= nbytes
            return
        rest = nbytes - self._missing
        if self._missing:
            self._missing = 0
            self._finish()
        if rest:
            self._take(bytes(_SCRATCH[nbytes - rest : nbytes]))

    def _take(self, data: bytes) -> None:
        """Read heads, and as much of their bodies as has come with them."""
        data = self._head + data
        self._head = b""
        while data:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._head = head
                if len(head) > _HEAD_LIMIT:
                    self._transport.abort()
                return
            length = self._open(head)
            self._missing = max(length - len(data), 0)
            data = data[length:]
            if not self._missing:
                self._finish()

    def _open(self, head: bytes) -> int:
        """Note whether the client wants the connection closed; the length of the body that follows."""
        fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:] if b":" in line)
        self._close = fields.get(b"connection", b"").strip() == b"close"
        return int(fields.get(b"content-length", b"0"))

    def _finish(self) -> None:
        self._counts.requests += 1
        if self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._answer, self._counts.requests)
        else:
            self._answer(self._counts.requests)

    def _answer(self, number: int) -> None:
        ending = "close" if self._close else "keep-alive"
        self._transport.write(
            f"HTTP/1.1 202 Accepted\r\nX-Message-Id: sink-{number:017d}\r\n"
            f"Content-Length: 0\r\nConnection: {ending}\r\n\r\n".encode()
        )
        if self._close:
            self._transport.close()


async def serve(port: int, latency: float, tls: ssl.SSLContext | None) -> None:
    """Listen on 127.0.0.1 until SIGTERM or SIGINT; port 0 takes a free one."""
    counts = Counts()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await loop.create_server(lambda: Sink(counts, latency), "127.0.0.1", port, backlog=1024, ssl=tls)
    print(json.dumps({"port": server.sockets[0].getsockname()[1], "pid": os.getpid()}), flush=True)
    await stop.wait()
    server.close()
    print(json.dumps(asdict(counts)), flush=True)


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(description="Accept every mail/send request without reading it.")
    parser.add_argument("--port", type=int, default=0, help="0 (default) takes a free port")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="wait before each answer")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="PEM files; speak TLS")
    options = parser.parse_args()
    context = None
    if options.tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
    asyncio.run(serve(options.port, options.latency_ms / 1000, context))


if __name__ == "__main__":
    main()
