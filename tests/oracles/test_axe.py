"""axe finds nothing that keeps people with disabilities from reading a golden letter, in light and in dark colours,
and nothing that it cannot decide."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.support import external
from tests.support.browsing import shown
from tests.support.goldens import GOLDENS, Golden

pytestmark = pytest.mark.slow

_VERSION = "4.14.1"
NOT_FOR_MAIL = ("landmark-one-main", "region")
"""Rules for pages of a site: a mail program shows the letter inside its own page, which has the landmarks."""

_RUN = """async (off) => {
    const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
    const found = await axe.run({ rules });
    const missed = [...found.violations, ...found.incomplete];
    const faults = missed.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
    return { faults, passed: found.passes.map((rule) => rule.id) };
}"""


def _examined(browser: Browser, html: str, *, dark: bool, off: tuple[str, ...]) -> dict[str, Any]:
    with shown(browser, html, dark=dark) as page:
        page.add_script_tag(path=external.npm_package("axe-core", _VERSION) / "axe.min.js")
        return page.evaluate(_RUN, list(off))


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_axe_finds_no_barrier(browser: Browser, golden: Golden, dark: bool) -> None:
    found = _examined(browser, golden.rendered()["html"], dark=dark, off=NOT_FOR_MAIL)
    assert found["faults"] == []
    assert {"color-contrast", "document-title", "html-has-lang", "link-name"} <= set(found["passed"])


def test_axe_sees_what_is_broken(browser: Browser) -> None:
    page = GOLDENS["apes-gallery"].rendered()["html"]
    broken = page.replace(' alt="Le beffroi"', "").replace("color:#22302b", "color:#dddddd").replace('lang="fr"', "")
    found = _examined(browser, broken, dark=False, off=NOT_FOR_MAIL)
    rules = {fault.partition(":")[0] for fault in found["faults"]}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= rules


def test_rules_that_are_off_would_find_something(browser: Browser) -> None:
    found = _examined(browser, GOLDENS["apes-gallery"].rendered()["html"], dark=False, off=())
    assert {fault.partition(":")[0] for fault in found["faults"]} == set(NOT_FOR_MAIL)
