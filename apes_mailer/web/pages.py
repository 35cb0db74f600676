"""Filling the HTML pages, and the policy that each of them needs."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path

import jinja2
from markupsafe import Markup

_FOLDER = Path(__file__).parent


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER / "pages"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(page: str, values: dict[str, object]) -> str:
    """Return a page of ``pages/`` with its values; text is escaped."""
    return _environment().get_template(page).render(values)


@functools.cache
def _reader_css() -> str:
    return (_FOLDER / "static" / "reader.css").read_text(encoding="utf-8")


@functools.cache
def reader_policy() -> str:
    """Return the Content-Security-Policy of a page of :func:`for_reader`: its own style, forms to us, no more."""
    digest = base64.b64encode(hashlib.sha256(_reader_css().encode()).digest()).decode("ascii")
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def for_reader(page: str, values: Mapping[str, object]) -> str:
    """Return a page for somebody who comes by a link.

    It fetches nothing, not even its style, so it works under any address that a reverse proxy gives it.
    """
    css = Markup(_reader_css())  # noqa: S704 - a file of this package
    return render(page, {**values, "css": css})
