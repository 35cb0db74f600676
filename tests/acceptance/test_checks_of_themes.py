"""A theme of somebody's own that breaks rules for pages: told by ``check``, in the way of ``send``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.cli import REPOSITORY, STARTER, Cli

pytestmark = pytest.mark.slow


@pytest.fixture
def change(fresh: Cli) -> Callable[[str, str, str], Cli]:
    """Change one place of the theme ``apes``, in the workspace's own copy of a file."""

    def change(name: str, old: str, new: str) -> Cli:
        text = (REPOSITORY / "templates" / "apes" / name).read_text(encoding="utf-8")
        assert old in text
        file = fresh.workspace / "templates" / "apes" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.replace(old, new), encoding="utf-8")
        return fresh

    return change


def _found(cli: Cli, rule: str) -> list[dict[str, Any]]:
    return [each for each in cli.run("check", STARTER, "--json").json()["findings"] if each["rule"] == rule]


def _settings(cli: Cli, lines: str) -> None:
    file = cli.workspace / "apes-mailer.toml"
    file.write_text(file.read_text(encoding="utf-8") + lines, encoding="utf-8")


def test_pale_ink_is_told_at_its_words_and_is_not_sent(change: Callable[[str, str, str], Cli]) -> None:
    cli = change("theme.toml", 'ink = "#22302b"', 'ink = "#b0b0b0"')
    cli.extra["APES_MAILER_LANGUAGE"] = "fr"
    found = _found(cli, "contrast")
    assert {each["severity"] for each in found} == {"error"}
    assert "se lit mal\u00a0: #b0b0b0 sur #ffffff, 2,16 pour 1" in " ".join(each["message"] for each in found)
    assert any(each["line"] for each in found)
    assert cli.run("check", STARTER).code == 3
    assert cli.run("test", STARTER, "--provider", "outbox").code == 3
    assert not (cli.workspace / "outbox").exists()
    cli.ok("test", STARTER, "--provider", "outbox", "--waive", "contrast", "--because", "seen by our readers")


def test_picture_of_another_host_is_told_until_the_settings_allow_it(change: Callable[[str, str, str], Cli]) -> None:
    pixel = '<mj-raw><img src="https://pixel.example/x.gif" alt="" /></mj-raw>'
    cli = change("gap.mjml", "<mj-raw>", f"{pixel}<mj-raw>")
    (found,) = _found(cli, "foreign-host")
    assert "pixel.example" in found["message"]
    assert cli.run("check", STARTER).code == 3
    _settings(cli, '\n[check]\nhosts = ["pixel.example"]\n')
    assert _found(cli, "foreign-host") == []


def test_mail_programs_of_the_settings_are_those_that_count(change: Callable[[str, str, str], Cli]) -> None:
    cli = change("theme.css", "p { margin: 0 0 12px; }", "p { margin: 0 0 12px; display: grid; }")
    (found,) = _found(cli, "client-support")
    assert found["severity"] == "warning"
    assert "`display: grid`" in found["message"]
    assert "Orange" in found["message"]
    cli.ok("check", STARTER)
    _settings(cli, '\n[check]\nclients = ["apple-mail"]\n')
    assert _found(cli, "client-support") == []
