"""The catalogue: every rule speaks both languages, is broken by a letter, and has its place in docs/checks.md."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from apes_mailer.check import catalogue, rules
from apes_mailer.model.finding import Severity, block_of
from apes_mailer.model.language import Language
from tests.support.cli import REPOSITORY
from tests.unit.check.fixtures import FIXTURES
from tests.unit.check.judged import SOUND, findings

ENTRIES = catalogue.entries()
DOCUMENT = (REPOSITORY / "docs" / "checks.md").read_text(encoding="utf-8")
FOUND_ELSEWHERE = {
    **dict.fromkeys(
        ("audience-empty", "audience-nobody", "audience-value", "audience-variants"),
        "tests/integration/campaign/test_variants.py",
    ),
    "merge-tag-unfilled": "tests/acceptance/test_contract.py",
    **dict.fromkeys(("list-row", "list-slip"), "tests/integration/contacts/test_rows_of_a_list.py"),
    "merge-tag-unheard": "tests/acceptance/test_contract.py",
    "link-dead": "tests/unit/check/test_online.py",
    "link-unreachable": "tests/unit/check/test_online.py",
    "link-moved": "tests/unit/check/test_online.py",
    "picture-missing": "tests/unit/check/test_online.py",
    "picture-unreachable": "tests/unit/check/test_online.py",
    "web-version-missing": "tests/unit/check/test_online.py",
    **dict.fromkeys(("program-unasked", "spam-points", "w3c-error"), "tests/unit/programs/test_deep_check.py"),
    "web-version-unreachable": "tests/unit/check/test_online.py",
}
"""Rules that look at a list or at the web too, with the tests that break them."""


def _braces(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_sound_letter_has_no_findings() -> None:
    assert rules.findings(SOUND) == []


@pytest.mark.parametrize("name", [name for name, entry in ENTRIES.items() if entry.rule not in FOUND_ELSEWHERE])
def test_everything_a_rule_can_say_is_said_of_a_broken_letter_and_not_of_a_sound_one(name: str) -> None:
    rule, fixture = ENTRIES[name].rule, FIXTURES[name]
    assert name in [finding.name for finding in findings(fixture.broken, rule)]
    assert name not in [finding.name for finding in findings(fixture.sound, rule)]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", FIXTURES)
def test_finding_is_told_in_words_of_both_languages(name: str, language: Language) -> None:
    for finding in findings(FIXTURES[name].broken, ENTRIES[name].rule):
        message, cure = catalogue.told(finding, language)
        assert message
        assert cure


@pytest.mark.parametrize("name", ENTRIES)
def test_both_languages_say_the_same_things(name: str) -> None:
    english, french = ENTRIES[name].words["en"], ENTRIES[name].words["fr"]
    assert english != french
    assert _braces(french.message) == _braces(english.message)
    assert _braces(french.cure) == _braces(english.cure)
    assert english.message[0] == english.message[0].lower()
    assert french.message[0] == french.message[0].lower()


@pytest.mark.parametrize("name", ENTRIES)
def test_french_words_are_set_as_french_is(name: str) -> None:
    for text in ENTRIES[name].words["fr"]:
        prose = re.sub(r"`[^`]*`|https?://", "", text)
        assert re.search(r" [:;!?»]|« |'|\w[:;!?](?=\s|$)|[\d}] (?:px|pixels|ko|Mo|%)", prose) is None, text


def test_every_fixture_is_for_something_that_a_rule_says() -> None:
    assert FIXTURES.keys() == {name for name, entry in ENTRIES.items() if entry.rule not in FOUND_ELSEWHERE}


@pytest.mark.parametrize(("rule", "tests"), FOUND_ELSEWHERE.items())
def test_rule_that_looks_at_a_list_is_tested_where_it_is_said(rule: str, tests: str) -> None:
    assert rule in (REPOSITORY / tests).read_text(encoding="utf-8")


def test_block_of_a_finding_is_that_of_its_field() -> None:
    assert block_of("blocks[12].articles[0].title") == "blocks[12]"
    assert block_of("subject") == block_of("") == ""


def _sections() -> dict[str, str]:
    parts = re.split(r"^### `([a-z0-9-]+)`$", DOCUMENT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_rule_is_documented_and_no_other() -> None:
    assert sorted(_sections()) == sorted(catalogue.waivable_rules())


@pytest.mark.parametrize("rule", catalogue.waivable_rules())
def test_documented_severity_is_the_true_one(rule: str) -> None:
    told = re.match(r"\n\n\*([a-z, ]+)\*\n", _sections()[rule])
    assert told is not None
    severities = {entry.severity for entry in ENTRIES.values() if entry.rule == rule}
    order = [severity for severity in Severity if severity in severities]
    waived = [] if catalogue.waivable_rules()[rule] else ["cannot be waived"]
    assert told[1] == ", ".join([*order, *waived])
