"""The command ``apes-mailer``: parses, calls, prints; the one place where an exception becomes an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Annotated

import typer

from apes_mailer import __version__
from apes_mailer.cli import (
    campaigns,
    consents,
    contacts,
    doctor,
    events,
    folding,
    imports,
    issues,
    members,
    misread,
    missing,
    opt_outs,
    persons,
    publishing,
    reports,
    sends,
    serving,
    suppressions,
)
from apes_mailer.cli.context import Context
from apes_mailer.cli.help import LISTS, SENDING, WRITING, Command, Group
from apes_mailer.cli.interruption import AtOnce, handling
from apes_mailer.errors import ApesMailerError, InterruptedByUserError, refused_by_system

app = typer.Typer(
    name="apes-mailer",
    cls=Group,
    help="Write a newsletter as files, see what readers will get, and send it so that nobody is lost or mailed twice.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
_COMMANDS: dict[str, dict[str, Callable[..., None]]] = {
    WRITING: {
        "init": issues.init,
        "new": issues.new,
        "preview": issues.preview,
        "check": issues.check,
        "build": issues.build,
        "publish": publishing.publish,
        "unpublish": publishing.unpublish,
        "schema": issues.schema,
        "themes": issues.themes,
    },
    SENDING: {
        "test": sends.send_test,
        "send": sends.send,
        "status": campaigns.status,
        "pause": campaigns.pause,
        "resume": sends.resume,
        "resolve": campaigns.resolve,
        "why": campaigns.why,
        "report": reports.report,
        "doctor": doctor.doctor,
        "serve": serving.serve,
        "signup-form": serving.signup_form,
    },
}
for _group, _commands in _COMMANDS.items():
    for _name, _function in _commands.items():
        app.command(_name, cls=Command, rich_help_panel=_group)(_function)
_ON_CONTACTS: dict[str, Callable[..., None]] = {
    "import": imports.import_,
    "imports": imports.imports,
    "undo-import": imports.undo_import,
    "list": contacts.list_,
    "show": contacts.show,
    "count": members.count,
    "tag": members.tag,
    "remove": members.remove,
    "stale": members.stale,
    "export": contacts.export,
    "consent": consents.consent,
    "export-person": persons.export_person,
    "erase-person": persons.erase_person,
}
for _name, _function in _ON_CONTACTS.items():
    contacts.contacts_app.command(_name, cls=Command)(_function)
app.add_typer(
    contacts.contacts_app,
    name="contacts",
    cls=Group,
    rich_help_panel=LISTS,
    help="Lists of contacts, and who is on them.",
)
suppressions.suppressions_app.command("unsubscribe", cls=Command)(opt_outs.unsubscribe)
app.add_typer(
    suppressions.suppressions_app,
    name="suppressions",
    cls=Group,
    rich_help_panel=LISTS,
    help="Addresses that are never mailed.",
)
app.add_typer(
    events.events_app,
    name="events",
    cls=Group,
    rich_help_panel=SENDING,
    help="What the provider reports: status, apply.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"apes-mailer {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    workspace: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The workspace to work in; by default the one the current folder is in."),
    ] = None,
    *,
    debug: Annotated[  # noqa: ARG001 - read from the arguments, before they are parsed
        bool, typer.Option("--debug", help="Show the whole trace of an error.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - acts through its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""
    context.obj = Context(folder=workspace or Path.cwd())


def _global_options_first(arguments: Sequence[str]) -> list[str]:
    """Let ``--workspace`` and ``--debug`` stand anywhere in a command line."""
    first: list[str] = []
    rest: list[str] = []
    queue = list(arguments)
    while queue:
        word = queue.pop(0)
        if word == "--":
            return [*first, *rest, word, *queue]
        if word == "--workspace" and queue:
            first += [word, queue.pop(0)]
        elif word.startswith("--workspace=") or word == "--debug":
            first.append(word)
        else:
            rest.append(word)
    return [*first, *rest]


def run(arguments: Sequence[str]) -> int:
    """Run a command line and return its exit code."""
    _open_missing_streams()
    at_once = AtOnce()
    with handling(at_once):
        return _run(_global_options_first(arguments), at_once)


def _open_missing_streams() -> None:
    """Give a program that was started with closed streams somewhere to write: Python has None in their place."""
    # Open for the life of the process, as the streams that they stand in for.
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115


def _run(arguments: Sequence[str], at_once: AtOnce) -> int:
    debug = "--debug" in takewhile(lambda word: word != "--", arguments)
    try:
        result = app(args=arguments, standalone_mode=False, prog_name="apes-mailer")
    except ApesMailerError as error:
        return _failed(str(error), error.exit_code, debug=debug)
    except typer.Exit as done:
        return done.exit_code
    except (KeyboardInterrupt, typer.Abort):
        result = InterruptedByUserError.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _failed(str(refused_by_system(error)), 1, debug=debug)
    except Exception as error:  # noqa: BLE001 - the classes of a wrong command line are private to the library
        return _click_failed(error, debug=debug)
    # The library too makes this code of a Ctrl-C, and says nothing.
    if result == InterruptedByUserError.exit_code:
        return _interrupted(arguments, at_once)
    return result if isinstance(result, int) else 0


def _interrupted(arguments: Sequence[str], at_once: AtOnce) -> int:
    """Say that a command ended early; that nothing was sent, only where it cannot have begun to."""
    sends = not _ABLE_TO_SEND.isdisjoint(arguments) and not at_once.handed_over
    try:
        sys.stderr.write("Cancelled: nothing was sent.\n" if sends else "Interrupted.\n")
        sys.stderr.flush()
    except OSError:  # the terminal was closed; what stays in the buffer would make another exit code of this one
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return InterruptedByUserError.exit_code


_ABLE_TO_SEND = {"send", "test", "resume", "resolve"}


def _failed(text: str, code: int, *, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    sys.stderr.write(f"{folding.fitted(text)}\n")
    return code


def _click_failed(error: Exception, *, debug: bool) -> int:
    """Show a mistake on the command line; anything else is a fault of the program and goes on as it is."""
    show = getattr(error, "show", None)
    code = getattr(error, "exit_code", None)
    if show is None or not isinstance(code, int):
        raise error
    if debug:
        traceback.print_exc()
    misread.reword(error)
    show()
    if names := missing.choices(error):
        sys.stderr.write(f"{names}\n")
    return code
