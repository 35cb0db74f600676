"""axe finds nothing that keeps people with disabilities from reading a golden letter, in light and in dark colours,
and nothing that it cannot decide."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.support.goldens import GOLDENS, Golden
from tests.support.verdicts import axe

pytestmark = pytest.mark.slow

NOT_FOR_MAIL = ("landmark-one-main", "region")
"""Rules for pages of a site: a mail program shows the letter inside its own page, which has the landmarks."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_axe_finds_no_barrier(browser: Browser, golden: Golden, dark: bool) -> None:
    found = axe(browser, golden.rendered()["html"], dark=dark, off=NOT_FOR_MAIL)
    assert found["faults"] == []
    assert {"color-contrast", "document-title", "html-has-lang", "link-name"} <= set(found["passed"])


def test_axe_sees_what_is_broken(browser: Browser) -> None:
    page = GOLDENS["apes-gallery"].rendered()["html"]
    broken = page.replace(' alt="Le beffroi"', "").replace("color:#22302b", "color:#dddddd").replace('lang="fr"', "")
    found = axe(browser, broken, dark=False, off=NOT_FOR_MAIL)
    rules = {fault.partition(":")[0] for fault in found["faults"]}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= rules


def test_rules_that_are_off_would_find_something(browser: Browser) -> None:
    found = axe(browser, GOLDENS["apes-gallery"].rendered()["html"], dark=False)
    assert {fault.partition(":")[0] for fault in found["faults"]} == set(NOT_FOR_MAIL)
