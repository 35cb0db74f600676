"""Reading a campaign folder: ``issue.yaml`` and the pictures it uses, or every fault in them at once."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from apes_mailer.errors import IssueError, Problem
from apes_mailer.model import c1
from apes_mailer.model.issue import Issue
from apes_mailer.model.picture import Picture
from apes_mailer.model.text import Line, Link, Markdown, PictureFile
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.reading import file_text, inline_pictures, links, merge_tags, verdicts
from apes_mailer.reading.draft import Draft, Written, read_draft
from apes_mailer.reading.meaning import aliases
from apes_mailer.reading.pictures import PictureFolder, Unusable, Usable
from apes_mailer.reading.remark import Remark
from apes_mailer.reading.shape import GroupShape, TextShape, fields_of, group
from apes_mailer.reading.yaml.entry import entry_at
from apes_mailer.reading.yaml.misread import EMPTY
from apes_mailer.reading.yaml.read import read_yaml
from apes_mailer.reading.yaml.source import Source
from apes_mailer.reading.yaml.words import Words

ISSUE_FILE = "issue.yaml"
PICTURES = "images"
_MOST_SHOWN = 200
_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedIssue:
    """An issue as its text says, and the line, counted from 1, of each field and item of it.

    Paths are those of the issue: ``blocks[2].articles[0].images[0].file``, the ``[0]`` also where the file has a
    single picture without a dash.
    """

    issue: Issue
    positions: Mapping[str, int]

    def line(self, field: str) -> int | None:
        """Return the line of a field or item, or of the nearest known one around it."""
        return verdicts.line_of(self.positions, field)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedIssue:
    """An issue with its pictures.

    ``picture_files`` is by file name as the issue has it. ``digest`` is the SHA-256, in hexadecimal, over the bytes of
    ``issue.yaml`` (``path``; ``shown`` is how people know it) and of the pictures used. ``lines`` are those of the
    file, ``repairs`` the characters that were read as what they were meant to be, ``blanks`` the fields with
    nothing after their colon.
    """

    issue: Issue
    positions: Mapping[str, int]
    picture_files: Mapping[str, Usable]
    digest: str
    path: Path
    shown: str
    lines: Sequence[str]
    repairs: tuple[c1.Repair, ...] = ()
    blanks: tuple[str, ...] = ()

    @property
    def pictures(self) -> Mapping[str, Picture]:
        """The pictures by file name as the issue has it."""
        return {name: usable.picture for name, usable in self.picture_files.items()}

    def line(self, field: str, *, quoting: Iterable[str] = ()) -> int | None:
        """Return the line of a field or item, or of the nearest known one around it.

        Of a text of several lines it is the one that has the first of the quoted words that any of them has.
        """
        first = verdicts.line_of(self.positions, field)
        if first is None or field not in self.positions:
            return first
        after = min((line for line in self.positions.values() if line > first), default=len(self.lines) + 1)
        span = range(first, after)
        return next((line for words in quoting for line in span if words in self.lines[line - 1]), first)


def load_issue(folder: Path, *, shown: str, cache: PictureCache) -> LoadedIssue:
    """Read the issue of a campaign folder; ``shown`` is how people know its file.

    Raises ``IssueError`` with every problem of the file and of the pictures, in the order of lines.
    """
    path = folder / ISSUE_FILE
    data = file_text.file_bytes(path, shown)
    text, problems = file_text.decoded(data, shown)
    reading = _Reading.of(c1.repaired(text), shown)
    pictures = dict(reading.pictures(PictureFolder(folder / PICTURES, cache)))
    issue = reading.result(problems)
    digest = hashlib.sha256(data)
    for name in sorted(pictures):
        digest.update(b"\0" + name.encode() + b"\0" + bytes.fromhex(pictures[name].digest))
    return LoadedIssue(
        issue=issue,
        positions=reading.draft.positions,
        picture_files=pictures,
        digest=digest.hexdigest(),
        path=path,
        shown=shown,
        lines=reading.source.lines,
        repairs=tuple(_repairs(text, reading.draft.positions)),
        blanks=reading.draft.blanks,
    )


def parse_issue(text: str, *, shown: str) -> ParsedIssue:
    """Read an issue from its text, without a look at the pictures. Raises ``IssueError`` with every problem."""
    reading = _Reading.of(c1.repaired(text), shown)
    return ParsedIssue(issue=reading.result([]), positions=reading.draft.positions)


@functools.cache
def words() -> Words:
    """Return the names of all fields of an issue, with the French ones that are understood as a mistake."""
    kinds: dict[str, set[type[str] | None]] = {}
    for name, shape in fields_of(group(Issue)):
        kinds.setdefault(name, set()).add(shape.kind if isinstance(shape, TextShape) else None)
    every = frozenset(kinds)
    texts = frozenset(name for name, found in kinds.items() if found != {None})
    return Words(
        fields=every | aliases(every),
        texts=texts | aliases(texts),
        lines=frozenset(name for name, found in kinds.items() if found == {Line}),
    )


@dataclass(slots=True, kw_only=True)
class _Reading:
    """What a text says, as far as it can be told, and what is wrong with it."""

    source: Source
    shown: str
    draft: Draft
    issue: Issue | None = None
    problems: list[Problem] = field(default_factory=list[Problem])

    @classmethod
    def of(cls, text: str, shown: str) -> _Reading:
        yaml = read_yaml(text, shown=shown, words=words())
        shape = group(Issue)
        draft = read_draft(yaml.root if yaml.readable else None, yaml.source, shape, shown=shown)
        reading = cls(source=yaml.source, shown=shown, draft=draft)
        reading.problems += _with_fields(yaml.problems, draft.positions)
        if not yaml.readable:
            return reading
        empty = {problem.line for problem in yaml.problems if problem.message == EMPTY}  # told once
        reading.problems += [each for each in reading.contents(shape) if each.line not in empty]
        return reading

    def contents(self, shape: GroupShape) -> Iterator[Problem]:
        """Take in what the text says, and yield what is wrong with it."""
        yield from self.draft.problems
        for written in self.draft.texts:
            yield from (self.problem(written, remark) for remark in _remarks(written, self.draft))
        try:
            self.issue = Issue.model_validate(self.draft.data)
        except ValidationError as error:
            details = error.errors(include_url=False)
            yield from verdicts.problems(details, self.draft, shape, shown=self.shown)

    def pictures(self, folder: PictureFolder) -> Iterator[tuple[str, Usable]]:
        """Yield the pictures that the text uses; those that cannot be used become problems."""
        for written in self.draft.texts:
            if written.kind is not PictureFile:
                continue
            try:
                name = str(PictureFile.parse(written.scalar.text))
            except PydanticCustomError:
                continue  # reported with the data
            match folder.look(name):
                case Usable() as usable:
                    yield name, usable
                case Unusable() as unusable:
                    self.problems.append(self.problem(written, Remark(0, name, unusable.message, unusable.cure)))

    def problem(self, written: Written, remark: Remark) -> Problem:
        """Return a remark about a text as a problem at its line of the file."""
        line = self.source.number(_line(self.source, written, remark))
        entry = entry_at(self.source.lines, written.scalar.place.line) if remark.beside else None
        beside = [" " * (entry.column if entry is not None else 0) + each for each in remark.beside]
        hint = "\n".join([remark.cure, *beside])
        return Problem(message=remark.message, file=self.shown, line=line, field=written.path, hint=hint)

    def result(self, earlier: Iterable[Problem]) -> Issue:
        """Return the issue, or raise ``IssueError`` with the problems in the order of lines."""
        problems = sorted([*earlier, *self.problems], key=lambda problem: problem.line or 0)
        if self.issue is None or problems:
            faults = f"{len(problems)} faults" if len(problems) > 1 else "1 fault"
            hint = "" if len(problems) <= _MOST_SHOWN else f"The first {_MOST_SHOWN} are shown; mend these first."
            raise IssueError(f"{self.shown} cannot be used: {faults}.", problems[:_MOST_SHOWN], hint=hint)
        return self.issue


def _remarks(written: Written, draft: Draft) -> Iterator[Remark]:
    text = written.scalar.text
    if issubclass(written.kind, (Line, Markdown, Link)):
        yield from merge_tags.remarks(text)
    if written.kind is Line:
        yield from inline_pictures.in_line(text)
        yield from links.in_line(inline_pictures.without(text))
    elif written.kind is Link:
        yield from links.in_link(text)
    elif written.kind is Markdown:
        group = draft.groups.get(written.path.rpartition(".")[0])
        yield from inline_pictures.in_markdown(text, images_beside=group is not None and "images" in group.fields)
        yield from links.in_markdown(text)


def _line(source: Source, written: Written, remark: Remark) -> int:
    """Return the line, from 0, of what a remark is about: inside a text of several lines, not at its head."""
    place = written.scalar.place
    if written.scalar.style == "|":
        return place.line + 1 + remark.line
    wanted = remark.written.split("\n")[0]
    lines = range(place.line, min(place.end_line + 1, len(source.lines)))
    return next((line for line in lines if wanted in source.lines[line]), place.line)


def _repairs(text: str, positions: Mapping[str, int]) -> Iterator[c1.Repair]:
    """Yield what was repaired in each line of a file."""
    for number, line in enumerate(_LINE_END.split(text), 1):
        if codes := c1.found(line):
            above = [(place, path) for path, place in positions.items() if place <= number]
            yield c1.Repair(line=number, field=max(above, default=(0, ""))[1], codes=tuple(dict.fromkeys(codes)))


def _with_fields(problems: Iterable[Problem], positions: Mapping[str, int]) -> Iterator[Problem]:
    """Say of each problem on which field's line it stands."""
    paths = {line: path for path, line in positions.items()}
    for problem in problems:
        path = paths.get(problem.line, "") if problem.line is not None else ""
        yield replace(problem, field=path)
