"""The checker of the W3C finds no error in any golden letter, but for what is written down here, with its reason."""

from __future__ import annotations

import functools
import re

import pytest

from apes_mailer.check.deep import EXPECTED_ERRORS
from tests.support.goldens import GOLDENS
from tests.support.verdicts import w3c

pytestmark = pytest.mark.slow


def _as_outlook_reads(page: str) -> str:
    """The page with conditional comments opened, and without the settings of Office in its head."""
    page = re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL)
    return re.sub(r"<!--\[if mso\]>|<!\[endif\]-->", "", page)


@functools.cache
def _errors() -> dict[str, list[str]]:
    """The errors of all golden letters by their names."""
    pages = {name: golden.rendered()["html"] for name, golden in GOLDENS.items()}
    return w3c(pages | {f"{name}-outlook": _as_outlook_reads(page) for name, page in pages.items()})


def _unexpected(name: str) -> list[str]:
    return [error for error in _errors()[name] if not any(re.match(pattern, error) for pattern in EXPECTED_ERRORS)]


@pytest.mark.parametrize("name", GOLDENS)
def test_checker_of_the_w3c_finds_no_error(name: str) -> None:
    assert _unexpected(name) == []


@pytest.mark.parametrize("name", GOLDENS)
def test_checker_of_the_w3c_finds_no_error_in_what_outlook_reads(name: str) -> None:
    assert _unexpected(f"{name}-outlook") == []


def test_nothing_is_allowed_that_does_not_occur() -> None:
    errors = [error for found in _errors().values() for error in found]
    for pattern in EXPECTED_ERRORS:
        assert any(re.match(pattern, error) for error in errors), pattern
