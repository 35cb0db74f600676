"""HTML pages of our own, which are no letters: how their templates are filled, and the style that all of them share."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path

import jinja2
from markupsafe import Markup

_COMMON = Path(__file__).with_name("pages") / "common.css"


@functools.cache
def environment(folder: Path) -> jinja2.Environment:
    """Return what fills the templates of a folder: values are escaped, and one that is not given is an error."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )


@functools.cache
def css(file: Path) -> Markup:
    """Return the style of a page: what all of them share, then its own."""
    own = file.read_text(encoding="utf-8")
    return Markup(_COMMON.read_text(encoding="utf-8") + own)  # noqa: S704 - files of this program


def css_source(style: str) -> str:
    """Return what a Content-Security-Policy names a style by that stands in its page (CSP Level 3, 2.3.1)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode('ascii')}'"
