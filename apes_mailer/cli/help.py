"""How ``--help`` looks: groups of commands, and a line of words for every argument and option."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

from apes_mailer.errors import UsageError

WRITING, SENDING, LISTS = "Writing", "Sending", "Contacts"
"""The groups of commands, in the order of the reference page."""


class Command(TyperCommand):
    """A command whose help names arguments as they are typed in: ``NAME``, without braces and types.

    An option that takes one value and is given two is refused: the library would take the last, and say nothing.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line. Raises ``UsageError`` for an option that is given twice."""
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what follows the name of the command in its first line."""
        parameters: list[Any] = self.get_params(ctx)
        arguments = [_metavar(each) for each in parameters if each.param_type_name == "argument"]
        needed = [f"{each.opts[0]} {each.metavar}" for each in parameters if _is_needed_option(each)]
        return [*arguments, *needed, "[OPTIONS]"]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options."""
        _write_parameters(self.get_params(ctx), ctx, formatter)


class Group(TyperGroup):
    """Commands under the headings that they were added with; options given twice are refused as those of commands."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the command line. Raises ``UsageError`` for an option that is given twice."""
        _refuse_repeated(self, ctx, args)
        return super().parse_args(ctx, args)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, then the commands."""
        _write_parameters(self.get_params(ctx), ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, none of their lines cut."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command: Any = self.get_command(ctx, name)
            sections.setdefault(command.rich_help_panel or "Commands", []).append(
                (name, command.get_short_help_str(limit=1000))
            )
        width = max((len(name) for rows in sections.values() for name, _ in rows), default=0)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), words) for name, words in rows])


def _refuse_repeated(command: Any, ctx: Any, args: list[str]) -> None:
    """Raise ``UsageError`` for an option that takes one value and is given several."""
    parser: Any = command.make_parser(ctx)
    single = [
        each
        for each in command.get_params(ctx)
        if each.param_type_name == "option" and not (each.is_flag or each.multiple or each.count)
    ]
    for each in single:  # read like any other, but that a value is kept beside the one before
        parser.add_option(obj=each, opts=each.opts, dest=each.name, action="append", nargs=each.nargs)
    given: dict[str, list[str]] = parser.parse_args(args=list(args))[0]
    for each in single:
        values = given.get(each.name, [])
        if len(values) > 1:
            times = "twice" if len(values) == 2 else f"{len(values)} times"
            raise UsageError(f"{each.opts[0]} was given {times}: {', '.join(values)}.", hint="Choose one.")


def _metavar(parameter: Any) -> str:
    return parameter.metavar or parameter.name.upper()


def _is_needed_option(parameter: Any) -> bool:
    return parameter.param_type_name == "option" and parameter.required


def _write_parameters(parameters: Any, ctx: Any, formatter: Any) -> None:
    for heading, kind in (("Arguments", "argument"), ("Options", "option")):
        rows = [_record(each, ctx) for each in parameters if each.param_type_name == kind]
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)


def _record(parameter: Any, ctx: Any) -> tuple[str, str]:
    """Return how a parameter is written, and what it means; an option that must be given says so."""
    if parameter.param_type_name == "argument":
        return _metavar(parameter), parameter.help
    name: str = parameter.get_help_record(ctx)[0]
    return name, f"{parameter.help} Required." if parameter.required else parameter.help
