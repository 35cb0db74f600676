"""Asking for many addresses at once, politely: so many at a time on one host, and all within one time."""

from __future__ import annotations

import ipaddress
import queue
import threading
import time
from collections.abc import Iterable
from itertools import zip_longest

from apes_mailer.model.answer import Answer, Reach
from apes_mailer.online.deadline import Permission, anywhere
from apes_mailer.online.fetch import fetch

_LANES_AT_ONCE = 16
_SECONDS_EACH = 10.0


def ask(
    urls: Iterable[str], *, within: float, on_one_host: int = 1, permission: Permission = anywhere
) -> dict[str, Answer]:
    """Return the answer for each address.

    It takes at most ``within`` seconds in all, also when a name server or a host keeps silent: what has not answered by
    then counts as unreachable. ``on_one_host`` addresses of a host are asked for at the same time.
    """
    wanted = list(dict.fromkeys(urls))
    lanes: queue.SimpleQueue[list[str]] = queue.SimpleQueue()
    for lane in _lanes(wanted, on_one_host):
        lanes.put(lane)
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    end = time.monotonic() + within

    def work() -> None:
        while True:
            try:
                lane = lanes.get_nowait()
            except queue.Empty:
                return
            for url in lane:
                left = min(end - time.monotonic(), _SECONDS_EACH)
                silent = Answer(url=url, reach=Reach.UNREACHABLE)
                answers.put(fetch(url, within=left, permission=permission) if left > 0 else silent)

    for _ in range(min(_LANES_AT_ONCE, lanes.qsize())):
        # Not a pool, which would wait at the end of the program for a name server that never answers.
        threading.Thread(target=work, daemon=True).start()
    found = _collect(answers, len(wanted), end)
    return {url: found.get(url) or Answer(url=url, reach=Reach.UNREACHABLE) for url in wanted}


def _lanes(urls: Iterable[str], on_one_host: int) -> list[list[str]]:
    """Part addresses so that those of a lane are asked one after the other; those of a host share so many lanes."""
    hosts: dict[str, list[str]] = {}
    for url in urls:
        hosts.setdefault(url.partition("://")[2].partition("/")[0].lower(), []).append(url)
    shared = [[each[start::on_one_host] for start in range(on_one_host)] for each in hosts.values()]
    # First one lane of each host, then the second ones: no host with many addresses keeps the others waiting.
    return [lane for row in zip_longest(*shared) for lane in row if lane]


def _collect(answers: queue.SimpleQueue[Answer], count: int, end: float) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    while len(found) < count:
        try:
            answer = answers.get(timeout=max(end - time.monotonic(), 0))
        except queue.Empty:
            break
        found[answer.url] = answer
    return found


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # IANA has given out addresses of the internet from here only


def public(address: str) -> bool:
    """Whether an IP address is one of the internet, and of no network of somebody's own."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return public(str(parsed.ipv4_mapped))
        # A translator or a tunnel would bring the request to the IPv4 address inside: to one of our own, perhaps.
        if parsed not in _GLOBAL_UNICAST or parsed.sixtofour is not None:
            return False
    return parsed.is_global and not parsed.is_multicast


def public_or_here(address: str) -> bool:
    """Whether an IP address is one of the internet, or of this computer."""
    parsed = ipaddress.ip_address(address)
    return parsed.is_loopback or public(address)
