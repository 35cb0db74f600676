"""Reading what a form or a mail program posts."""

from __future__ import annotations

import asyncio
import email
import email.policy
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

LIMIT = 64 * 1024
"""Bytes of a request's body; RFC 8058 needs 26."""

_SECONDS = 20
_MOST_FIELDS = 200


async def read_body(request: Request, *, limit: int = LIMIT) -> bytes:
    """Return the body of a request, of at most ``limit`` bytes.

    Raises ``HTTPException``: 413 when it is longer, 408 when it does not come to its end.
    """
    announced = request.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > limit:
        raise HTTPException(413)
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > limit:
                    raise HTTPException(413)
    except (TimeoutError, ClientDisconnect) as error:
        raise HTTPException(408) from error
    return bytes(body)


async def read_form(request: Request) -> Mapping[str, Sequence[str]]:
    """Return the fields of a form as a browser posts it by default; raises ``HTTPException`` as :func:`read_body` does.

    What is no such form has no fields, one with more fields than any of ours is refused with 400.
    """
    body = await read_body(request)
    try:
        return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400) from error


def is_one_click(content_type: str, body: bytes) -> bool:
    """Whether a body says ``List-Unsubscribe=One-Click``, in either of the two forms that RFC 8058 allows."""
    if content_type.lower().startswith("multipart/form-data"):
        values = _multipart(content_type, body)
    else:
        values = parse_qs(body.decode("latin-1")).get("List-Unsubscribe", [])
    return "One-Click" in (value.strip() for value in values)


def _multipart(content_type: str, body: bytes) -> list[str]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = email.message_from_bytes(head + body, policy=email.policy.HTTP)
    values: list[str] = []
    for part in message.iter_parts():
        if part.get_param("name", header="content-disposition") == "List-Unsubscribe":
            content = part.get_payload(decode=True)
            values.append(content.decode("latin-1") if isinstance(content, bytes) else "")
    return values
