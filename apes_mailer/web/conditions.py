"""Whether a browser has an answer already (RFC 9110, 13.1.2)."""

from __future__ import annotations

from starlette.requests import Request


def has(request: Request, tag: str) -> bool:
    """Whether a request says that its sender has the content with this entity tag, which is in quotes."""
    condition = request.headers.get("if-none-match", "")
    known = {each.strip().removeprefix("W/") for each in condition.split(",")}
    return tag in known or "*" in known
