"""What became of asking for a web address."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """Whether readers will find what an address promises."""

    REACHED = "reached"
    MISSING = "missing"  # 404 or 410: the server is sure that nothing is there
    REFUSED = "refused"  # any other 4xx: often only to programs, so nobody knows what a reader gets
    FAILING = "failing"  # 5xx
    CIRCLE = "circle"  # more redirects than a browser follows, or one that leads nowhere
    UNSAFE = "unsafe"  # a certificate that browsers warn of
    UNREACHABLE = "unreachable"  # no host of this name, no connection, or no answer in time
    PRIVATE = "private"  # an address inside some network, which was not asked
    EXAMPLE = "example"  # a domain that stands for others (RFC 2606), which was not asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer for one address.

    ``status`` is that of the last answer, 0 without one. ``moved_to`` is where the address leads for good (301, 308),
    empty when it stands. ``media_type`` is what the server says it is, without parameters.
    """

    url: str
    reach: Reach
    status: int = 0
    moved_to: str = ""
    media_type: str = ""
