"""Filling the HTML pages, and the policy that each of them needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup, escape

from apes_mailer.render import own_page

_FOLDER = Path(__file__).with_name("pages")
_READER_CSS = Path(__file__).parent / "static" / "reader.css"

_CODE = re.compile(r"`([^`\n]+)`")

CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""The strictest Content-Security-Policy: what is served loads nothing, posts nowhere and stands in no frame."""


def render(page: str, values: Mapping[str, object]) -> str:
    """Return a page of ``pages/`` with its values; text is escaped."""
    return own_page.environment(_FOLDER).get_template(page).render(values)


def with_code(text: str) -> Markup:
    """Return a message as HTML: what stands between backticks is code; lines after the first are pasted as they are."""
    first, end, rest = str(escape(text)).partition("\n")
    return Markup(_CODE.sub(r"<code>\1</code>", first) + end + rest)  # noqa: S704 - escaped before


def reader_policy() -> str:
    """Return the Content-Security-Policy of a page of :func:`for_reader`: its own style, forms to us, no more."""
    style = own_page.css_source(own_page.css(_READER_CSS))
    return f"default-src 'none'; style-src {style}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def for_reader(page: str, values: Mapping[str, object]) -> str:
    """Return a page for somebody who comes by a link.

    It fetches nothing, not even its style, so it works under any address that a reverse proxy gives it.
    """
    return render(page, {**values, "css": own_page.css(_READER_CSS)})
