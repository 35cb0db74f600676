"""The command line itself: where options may stand, what errors become, how little is loaded for help."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup

from apes_mailer import __version__, errors
from apes_mailer.campaign import starter
from apes_mailer.cli import app as application
from apes_mailer.cli.app import run
from apes_mailer.cli.interruption import handling

HEAVY = (
    "sqlalchemy",
    "premailer",
    "sendgrid",
    "lxml",
    "PIL",
    "jinja2",
    "mjml",
    "starlette",
    "uvicorn",
    "ruamel",
    "babel",
)


def command_words() -> list[list[str]]:
    """Return every command of the application, as its words."""
    return sorted(_below(typer.main.get_command(application.app), []))


def _below(command: object, words: list[str]) -> list[list[str]]:
    if not isinstance(command, TyperGroup):
        return [words]
    return [found for name, each in command.commands.items() for found in _below(each, [*words, name])]


def _found(words: Sequence[str]) -> Any:
    command: Any = typer.main.get_command(application.app)
    for word in words:
        command = command.commands[word]
    return command


COMMANDS = [(), *map(tuple, command_words()), ("contacts",), ("suppressions",)]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_of_every_command_works(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--help"]) == 0
    shown = capsys.readouterr()
    assert shown.out.startswith(f"Usage: {' '.join(['apes-mailer', *words])}")
    assert shown.err == ""


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_explains_every_word_that_can_be_typed(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run([*words, "--help"])
    shown = capsys.readouterr().out
    assert [sign for sign in ("{", "}", "<", "...", "[default", "None") if sign in shown.replace("[ARGS]...", "")] == []
    for parameter in _found(words).params:
        assert parameter.help, parameter.name
        assert parameter.metavar or parameter.is_flag, parameter.name


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("suppressions add a@example.org --cause pause", "pause is not one of: "),
        ("suppressions add a@example.org --cause pause", "Did you mean paused?"),
        ("resolve lettre 1 --as envoyé", "envoyé is not one of: submitted, pending."),
        ("serve --port abc", "abc is not a whole number."),
    ],
)
def test_what_was_typed_wrong_is_said_in_plain_words(words: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    assert says in capsys.readouterr().err


def test_help_gives_every_command_one_line_under_a_heading(capsys: pytest.CaptureFixture[str]) -> None:
    run(["--help"])
    shown = capsys.readouterr().out
    for heading, names in (("Writing", "init new preview"), ("Sending", "test send"), ("Contacts", "contacts")):
        section = shown.partition(f"\n{heading}:\n")[2].partition("\n\n")[0]
        assert " ".join(line.split()[0] for line in section.splitlines()).startswith(names)
        assert all(line.endswith(".") for line in section.splitlines())


def test_help_names_what_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    run(["contacts", "import", "--help"])
    assert capsys.readouterr().out.startswith("Usage: apes-mailer contacts import FILE --list LIST [OPTIONS]\n")


@pytest.mark.parametrize(("name", "said"), [("sendgird", "Did you mean sendgrid?"), ("brevo", "outbox, sendgrid")])
def test_provider_that_is_none_is_a_wrong_command_line(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["test", "x", "--provider", name]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), ("send",), ("contacts", "import")], ids=" ".join)
def test_help_loads_none_of_the_heavy_libraries(words: tuple[str, ...]) -> None:
    program = (
        "import sys\n"
        "from apes_mailer.cli.app import run\n"
        "code = run(sys.argv[1:])\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'loaded {loaded}' if loaded else code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--help"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--version"]) == 0
    assert capsys.readouterr().out == f"apes-mailer {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--workspace", "DIR", "status", "x"],
        ["status", "--workspace", "DIR", "x"],
        ["status", "x", "--workspace", "DIR"],
        ["status", "x", "--workspace=DIR"],
        ["status", "x", "--debug", "--workspace=DIR"],
    ],
    ids=" ".join,
)
def test_workspace_may_stand_anywhere(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([word.replace("DIR", str(tmp_path)) for word in arguments]) == 2
    assert f"{tmp_path} is not a workspace" in capsys.readouterr().err


def test_words_after_two_hyphens_are_no_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--workspace", str(tmp_path), "status", "--", "--debug"]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["frobnicate"],
        ["status"],
        ["status", "x", "y"],
        ["status", "x", "--frobnicate"],
        ["contacts", "import", "x.csv"],
        ["resolve", "x", "one", "--as", "submitted"],
        ["resolve", "x", "1", "--as", "lost"],
    ],
    ids=" ".join,
)
def test_wrong_command_line_exits_2_and_says_where_help_is(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "Error: " in shown.err
    assert "--help" in shown.err


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A new workspace with two campaigns and two lists kept as files."""
    made = starter.init(tmp_path)
    starter.new_issue(made, "2027-02", source=None)
    (made.contacts / "amis.csv").write_text("EMAIL\n", encoding="utf-8")
    return made.root


@pytest.mark.parametrize("words", ["check", "status", "preview", "build --out x", "send --to staff", "why"])
def test_missing_name_of_a_campaign_comes_with_those_there_are(
    words: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--workspace", str(workspace), *words.split()]) == 2
    said = capsys.readouterr().err.splitlines()
    assert said[-2:] == ["Error: Missing argument 'NAME'.", "Campaigns here: 2027-02, premier-numero"]


@pytest.mark.parametrize("words", ["send 2027-02", "contacts show", "contacts export --out x"])
def test_missing_name_of_a_list_comes_with_those_there_are(
    words: str, workspace: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--workspace", str(workspace), *words.split()]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "Lists here: amis, staff"
    assert not (workspace / "mailer.db").exists()


def test_stored_lists_are_among_those_that_may_be_meant(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "tous.csv"
    file.write_text("EMAIL\na@exemple.fr\n", encoding="utf-8")
    assert run(["--workspace", str(workspace), "contacts", "import", str(file), "--list", "tous", "--yes"]) == 0
    run(["--workspace", str(workspace), "send", "2027-02"])
    assert capsys.readouterr().err.splitlines()[-1] == "Lists here: amis, staff, tous"


def test_new_campaign_is_not_offered_a_name_that_is_taken(workspace: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--workspace", str(workspace), "new"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "Error: Missing argument 'NAME'."


def test_word_that_is_missing_outside_of_a_workspace_is_told_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--workspace", str(tmp_path), "check"]) == 2
    assert capsys.readouterr().err.splitlines()[-1] == "Error: Missing argument 'NAME'."


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    shown = capsys.readouterr()
    assert "Sending:" in shown.out + shown.err


def _run_raising(error: BaseException, *arguments: str, monkeypatch: pytest.MonkeyPatch) -> int:
    def raises(**_options: object) -> None:
        raise error

    monkeypatch.setattr(application, "app", raises)
    return run(list(arguments))


@pytest.mark.parametrize(
    "error",
    [
        errors.ContactsError("It is empty.", hint="Fill it."),
        errors.UsageError("No."),
        errors.CheckFailedError("No.", []),
        errors.SettingsError("No."),
        errors.CancelledError("No."),
        errors.IncompleteError("No."),
        errors.InterruptedByUserError("No."),
    ],
    ids=lambda error: type(error).__name__,
)
def test_error_becomes_its_text_and_its_exit_code(
    error: errors.ApesMailerError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run_raising(error, monkeypatch=monkeypatch) == error.exit_code
    assert capsys.readouterr().err == f"{error}\n"


def test_debug_shows_the_trace(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run_raising(errors.UsageError("No."), "--debug", monkeypatch=monkeypatch) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "cure"),
    [
        (errno.EACCES, "Check the rights"),
        (errno.EROFS, "choose another place"),
        (errno.ENOSPC, "Make room"),
        (errno.ENOENT, "the folder must exist"),
        (errno.EIO, ""),
    ],
)
def test_what_the_system_refuses_is_told_with_its_cure(
    number: int, cure: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = OSError(number, os.strerror(number), "/some/file")
    assert _run_raising(error, monkeypatch=monkeypatch) == 1
    shown = capsys.readouterr().err
    assert f"The system refused: /some/file: {os.strerror(number)}" in shown
    assert cure in shown


def test_fault_of_the_program_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        _run_raising(ZeroDivisionError(), monkeypatch=monkeypatch)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_sigterm_ends_a_command_as_ctrl_c_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def terminated(**_options: object) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(application, "app", terminated)
    assert run(["status", "x"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"
    assert signal.getsignal(signal.SIGTERM) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize(("began", "said"), [(False, "Cancelled: nothing was sent."), (True, "Interrupted.")])
def test_command_says_that_nothing_was_sent_only_where_it_cannot_have_begun(
    began: bool, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(**_options: object) -> None:
        if began:
            with handling(lambda _number, _frame: None):
                signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(application, "app", interrupted)
    assert run(["send", "x", "--to", "y"]) == 130
    assert capsys.readouterr().err == f"{said}\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("send x --to lettre --to staff", "--to was given twice: lettre, staff.\nChoose one.\n"),
        ("contacts count --list=a --list b --list c", "--list was given 3 times: a, b, c.\nChoose one.\n"),
        ("--workspace a status --workspace=b", "--workspace was given twice: a, b.\nChoose one.\n"),
    ],
)
def test_option_given_twice_is_refused(words: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(words.split()) == 2
    assert capsys.readouterr().err == said


def test_option_that_can_be_repeated_is_and_what_follows_two_dashes_is_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in ("contacts tag a@exemple.fr --add x --add y --json --json", "status --json -- --to --to"):
        run(["--workspace", str(tmp_path), *words.split()])
        assert "was given" not in capsys.readouterr().err
