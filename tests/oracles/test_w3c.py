"""The checker of the W3C finds no error in any golden letter, but for what is written down here, with its reason."""

from __future__ import annotations

import functools
import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.support import external
from tests.support.goldens import GOLDENS

pytestmark = pytest.mark.slow

_VERSION = "26.9.27"
ALLOWED = (
    r"CSS: “mso-[\w-]+”: Property “mso-[\w-]+” doesn't exist\.",  # styles that only Outlook knows
    r"Attribute “xmlns:o” not allowed here\.",  # declares the names of Outlook's settings, as Office writes them
    r"Element “a” is missing required attribute “href”\.",  # where a link of the contents leads to in Outlook
)


def _as_outlook_reads(page: str) -> str:
    """The page with conditional comments opened, and without the settings of Office in its head."""
    page = re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL)
    return re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", page)


@functools.cache
def _errors() -> dict[str, list[str]]:
    """The errors of all golden letters by their names; the checker takes seconds to start, so it is started once."""
    java = external.program("java", "default-jre-headless")
    jar = external.npm_package("vnu-jar", _VERSION) / "build" / "dist" / "vnu.jar"
    found: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, golden in GOLDENS.items():
            page = golden.rendered()["html"]
            for kind, text in ((name, page), (f"{name}-outlook", _as_outlook_reads(page))):
                (Path(folder) / f"{kind}.html").write_text(text, encoding="utf-8")
                found[kind] = []
        command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", folder]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert report["messages"], "the checker looked at nothing"
    for message in report["messages"]:
        if message["type"] != "info":
            found[Path(message["url"]).stem].append(f"{message['message']} at: {message.get('extract', '')}")
    return found


def _unexpected(name: str) -> list[str]:
    return [error for error in _errors()[name] if not any(re.match(pattern, error) for pattern in ALLOWED)]


@pytest.mark.parametrize("name", GOLDENS)
def test_checker_of_the_w3c_finds_no_error(name: str) -> None:
    assert _unexpected(name) == []


@pytest.mark.parametrize("name", GOLDENS)
def test_checker_of_the_w3c_finds_no_error_in_what_outlook_reads(name: str) -> None:
    assert _unexpected(f"{name}-outlook") == []


def test_nothing_is_allowed_that_does_not_occur() -> None:
    errors = [error for found in _errors().values() for error in found]
    for pattern in ALLOWED:
        assert any(re.match(pattern, error) for error in errors), pattern
