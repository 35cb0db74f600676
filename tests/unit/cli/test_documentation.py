"""The reference pages say what the program does: every command, option, setting, key, and nothing else."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from typer.core import TyperGroup

from apes_mailer import settings
from apes_mailer.campaign import report
from apes_mailer.campaign.overview import Rehearsal
from apes_mailer.campaign.why import Answer, Attempt, Why
from apes_mailer.cli import answers, output, reports, standings
from apes_mailer.cli.app import app
from apes_mailer.contacts.importing import Counts
from apes_mailer.contacts.suppressions import Suppression
from apes_mailer.errors import Problem
from apes_mailer.ledger.events import Reported
from apes_mailer.ledger.freeze import AbsentValue, Frozen, FrozenVariant, LeftOut
from apes_mailer.ledger.states import BatchState, CampaignState, Kind, Reason
from apes_mailer.ledger.status import BatchStatus, Refusal, Status
from apes_mailer.model.event import EventKind
from apes_mailer.model.finding import Severity
from apes_mailer.model.issue import Block
from apes_mailer.model.report import Opens
from apes_mailer.model.slip import Slip
from apes_mailer.model.suppression import Cause
from apes_mailer.model.waiver import Waived
from apes_mailer.settings import Settings
from tests.support.cli import REPOSITORY
from tests.support.reported import LAST, NAME, rich

DOCS = REPOSITORY / "docs"
PAGES = sorted([REPOSITORY / "README.md", *DOCS.rglob("*.md")])
GLOBAL = {"--workspace", "--debug", "--version", "--help"}


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def _commands(command: Any, words: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(command, TyperGroup):
        for name, each in command.commands.items():
            yield from _commands(each, f"{words} {name}".strip())
    else:
        yield words, command


COMMANDS = dict(_commands(typer.main.get_command(app)))


def _options(command: Any) -> set[str]:
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    return {name for option in options for name in [*option.opts, *option.secondary_opts]} - {"--help"}


def _sections() -> dict[str, str]:
    """Return what ``commands.md`` has on each command, by its words."""
    parts = re.split(r"^### `apes-mailer (.+)`$", _page("reference/commands.md"), flags=re.MULTILINE)
    heads = [" ".join(word for word in head.split() if word.islower()) for head in parts[1::2]]
    assert len(set(heads)) == len(heads)
    return dict(zip(heads, parts[2::2], strict=True))


def test_every_command_is_documented_in_the_order_of_the_help() -> None:
    assert list(_sections()) == list(COMMANDS)


@pytest.mark.parametrize("words", COMMANDS)
def test_options_of_a_command_are_documented(words: str) -> None:
    rows = re.findall(r"^\| (`--.*?) \|", _sections()[words], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"--[a-z-]+", row)} == _options(COMMANDS[words])


@pytest.mark.parametrize("words", COMMANDS)
def test_arguments_of_a_command_are_documented(words: str) -> None:
    (heading,) = re.findall(rf"^### `apes-mailer {words}((?: [A-Z]+)*)`$", _page("reference/commands.md"), re.MULTILINE)
    arguments = [each for each in COMMANDS[words].params if each.param_type_name == "argument"]
    assert heading.split() == [each.metavar for each in arguments]


def _command_lines(text: str) -> Iterator[str]:
    """Yield the command lines of this program in a page."""
    for block in re.findall(r"^ *```(?:sh|text)$(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            found = re.match(r"[\s$]*(?:.*&& )?(?:\S*/)?apes-mailer ([a-z].*)", line)
            if found and "…" not in line:
                yield re.split(r"\s{3,}", found[1])[0]
    yield from (found for found in re.findall(r"`apes-mailer ([^`]+)`", text) if "…" not in found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_command_lines_of_a_page_exist(page: Path) -> None:
    for line in _command_lines(page.read_text(encoding="utf-8")):
        words = shlex.split(line, comments=True)
        name = next((" ".join(words[:size]) for size in (2, 1) if " ".join(words[:size]) in COMMANDS), "")
        groups = {known.split()[0] for known in COMMANDS}
        assert name or words[0] in groups, line
        used = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert used <= GLOBAL | (_options(COMMANDS[name]) if name else set()), line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target, anchor in re.findall(r"\]\((?!https?:|mailto:)([^)#]*)(?:#([^)]*))?\)", text):
        file = (page.parent / target) if target else page
        assert file.exists(), f"{page.name} links to {target}"
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}


def _leaves(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, info in model.model_fields.items():
        if name == "lists":  # a section for each list, by its name
            yield from _leaves(get_args(info.annotation)[1], (*path, name, "*"))
        elif isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            yield from _leaves(info.annotation, (*path, name))
        elif name not in settings.SECRETS:
            yield ".".join([*path, name]), info


def _default(info: Any) -> str:
    if info.is_required():
        return "required"
    return "none" if info.default in (None, ()) else f"`{json.dumps(info.default)}`"


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    rows = re.findall(r"^\| `([a-z_.*]+)` \| (?:`(\w+)`)? ?\| (.+?) \|", _page("reference/settings.md"), re.MULTILINE)
    variables = {".".join(path): name for name, path in settings.ENVIRONMENT.items()}
    expected = [(name, variables.get(name, ""), _default(info)) for name, info in _leaves(Settings)]
    documented = [row for row in rows if not row[0].startswith(("secret", "mailer", "published", "outbox"))]
    assert sorted(documented) == sorted(expected)


def test_every_variable_is_documented() -> None:
    documented = set(re.findall(r"`((?:APES_MAILER|SENDGRID|AWS)_\w+)`", _page("reference/settings.md")))
    assert documented == set(settings.ENVIRONMENT)


def _samples() -> dict[str, Any]:
    """Return the sample documents of ``json.md`` by heading."""
    parts = re.split(r"^## (.+)$", _page("reference/json.md"), flags=re.MULTILINE)
    found = {head: re.search(r"```json\n(.*?)```", body, re.DOTALL) for head, body in zip(parts[1::2], parts[2::2])}  # noqa: B905
    return {head.replace("`", ""): json.loads(match[1]) for head, match in found.items() if match}


def _keys(value: Any) -> Any:
    """Return the keys of a document and of what is in it; what is named by data counts as a value."""
    if isinstance(value, dict):
        return {key: _keys(each) if key != "excluded" else None for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return _keys(value[0]) if value else None
    return None


def _status() -> dict[str, Any]:
    batch = BatchStatus(no=1, state=BatchState.PENDING, recipients=1, excluded=0, refused=0, attempts=0, note="")
    status = Status(
        tracked={"clicks": 0, "opens": 0},
        campaign="x",
        state=CampaignState.PREPARED,
        excluded={},
        batches=[batch],
        refusals=[Refusal(address="", batch=1, reason="")],
        waivers=[Waived(rule="", because="", by="", at="")],
        kind=Kind.SEND,
    )
    return output.plain(status)


def _why() -> dict[str, Any]:
    attempt = Attempt(seq=1, state="", started_at="", provider_id="", note="")
    event = Reported(kind=EventKind.DELIVERED, at="", reason="", detail="")
    answer = Answer(kind="send", verdict="", reason="", provider="", prepared_at="", attempts=[attempt], events=[event])
    held = Suppression(address="", list_name="", cause=Cause.MANUAL, at="", until="")
    return answers.why_json(Why(campaign="x", address="", answers=[answer], suppressions=[held], message=None))


def test_json_samples_have_the_keys_that_are_printed() -> None:
    samples = _samples()
    suppression = Suppression(address="", list_name="", cause=Cause.MANUAL, at="", until="")
    left_out = [LeftOut(line=1, reason="", detail="")]
    frozen = Frozen(
        campaign_id=1,
        candidates=1,
        recipients=1,
        excluded={},
        batches=1,
        variants=[FrozenVariant(variant="", digest="", recipients=1, batches=1)],
        left_out=left_out,
        absent_values=[AbsentValue(field="", column="", value="", meant="")],
        slips=[Slip(domain="", line=1, others=0, meant="")],
    )
    assert _keys(samples["status, pause, resolve"]) == _keys(_status())
    counts = Counts(read=1, new=1, updated=0, unchanged=0, rejected=0, suppressed=0)
    assert _keys(samples["why"]) == _keys(_why())
    assert _keys(samples["suppressions list"]) == _keys([answers.suppression_json(suppression)])
    assert _keys(samples["send --dry-run"]) == _keys(standings.survey_json("x", frozen))
    finding = output.problem_json("", Severity.ERROR, Problem(message=""))
    assert list(samples["check"]["findings"][0]) == list(finding)
    assert list(samples["contacts import"]) == list(counts.as_json())


def test_json_sample_of_a_report_has_the_keys_that_are_printed(tmp_path: Path) -> None:
    ledger = rich(tmp_path)
    told = replace(report.report(ledger.database, NAME, at=LAST), opens=Opens(opens=310, readers=205))
    found = reports.report_json(told)
    ledger.database.close()
    assert _keys(_samples()["report"]) == _keys(found)


def test_json_page_names_what_else_there_is() -> None:
    page = _page("reference/json.md")
    rehearsal = Rehearsal(
        kind="",
        provider="",
        list_name="",
        prepared_at="",
        run="",
        recipients=0,
        submitted=0,
        refused=0,
        unknown=0,
        digest="",
        letters=(),
    )
    words: list[str] = [
        *output.plain(rehearsal),
        "rehearsals",
        "feedback",
        "doubt",
        *BatchState,
        *CampaignState,
    ]
    assert [word for word in words if f"`{word}`" not in page] == []


@pytest.mark.parametrize(("heading", "words"), [("Exclusions", Reason), ("Suppressions", Cause)])
def test_reasons_of_exclusions_and_causes_of_suppressions_are_documented(heading: str, words: type[StrEnum]) -> None:
    (section,) = re.findall(
        rf"^## {heading}$(.*?)(?=^## |\Z)", _page("reference/contacts.md"), re.MULTILINE | re.DOTALL
    )
    assert set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)) == set(words)


def test_kinds_of_blocks_are_documented_with_their_fields() -> None:
    rows = re.findall(r"^\| `(\w+)` \|[^|]*\|(.*)\|$", _page("how-to/write-an-issue.md"), re.MULTILINE)
    kinds: list[type[BaseModel]] = list(get_args(get_args(Block)[0]))
    of_every_part = {"note", "audience", "web"}
    expected = {
        kind.model_fields["type"].annotation: set(kind.model_fields) - {"type", *of_every_part} for kind in kinds
    }
    rows = [row for row in rows if row[0] != "type"]  # the head of the table
    documented = {name: set(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    assert documented == {get_args(kind)[0]: names for kind, names in expected.items()}
    for name, cell in rows:
        kind = next(each for each in kinds if get_args(each.model_fields["type"].annotation)[0] == name)
        required = {key for key, info in kind.model_fields.items() if info.is_required()} - {"type"}
        assert set(re.findall(r"\*\*`(\w+)`\*\*", cell)) == required
