"""Every exception that stops a command, with the exit code it leads to.

What stops a command is an exception; what happened to one recipient or one batch is a value.
Messages are for a communications officer: what is wrong, where, and what to do (the hint).
"""

from __future__ import annotations

import errno
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One fault in a file a person wrote: where it is, what it is, and how to mend it.

    ``rule`` is that of the check which found it; empty for what makes a file unusable.
    """

    message: str
    file: str = ""
    line: int | None = None
    field: str = ""
    hint: str = ""
    rule: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        head = " ".join(part for part in (place, self.field) if part)
        message = f"{self.message} [{self.rule}]" if self.rule else self.message
        text = f"{head}: {message}" if head else message
        return f"{text}\n    {self.hint}" if self.hint else text


class ApesMailerError(Exception):
    """The command could not do what was asked."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\n{self.hint}" if self.hint else self.message


class UsageError(ApesMailerError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class ProblemsError(ApesMailerError):
    """A file has faults; all of them are reported at once."""

    exit_code = 3

    def __init__(self, message: str, problems: list[Problem], *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.problems = problems

    def __str__(self) -> str:
        parts = [self.message, *(f"  {problem}" for problem in self.problems)]
        return "\n".join([*parts, self.hint] if self.hint else parts)


class IssueError(ProblemsError):
    """The issue file is not valid."""


class ThemeError(ProblemsError):
    """A theme has a fault: unknown MJML tag, bad nesting, a template that does not compile."""


class CheckFailedError(ProblemsError):
    """A check found an error that blocks the send."""


class ContactsError(ApesMailerError):
    """A contacts file or a list cannot be used."""


class SettingsError(ApesMailerError):
    """A setting or a credential is missing, wrong, or refused by the provider."""

    exit_code = 4


class CancelledError(ApesMailerError):
    """The person said no, or the typed count does not match; nothing was sent."""

    exit_code = 5


class IncompleteError(ApesMailerError):
    """The send stopped before everybody was served; it can be resumed."""

    exit_code = 6


class LedgerError(ApesMailerError):
    """The ledger cannot be read or written, or refuses what was asked to keep its promise."""


class NoticeError(LedgerError):
    """A notice of a provider is kept, and cannot be applied."""


class AccountError(ApesMailerError):
    """The provider's account did not tell what it was asked."""


class AccountUnclearError(AccountError):
    """The account answered, and its answer does not say what was asked; about something else it may."""


class AccountRefusedError(AccountError):
    """The key has no right to what it was asked for: the one that is called ``right`` in the account."""

    exit_code = 4

    def __init__(self, message: str, *, hint: str = "", right: str = "") -> None:
        super().__init__(message, hint=hint)
        self.right = right


class KeyRefusedError(AccountRefusedError):
    """The key is not valid, whatever it is used for."""


class AccountBusyError(AccountError):
    """The provider asks to come back later: in ``retry_after`` seconds, when it says so."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after


class InterruptedByUserError(ApesMailerError):
    """Ctrl-C or SIGTERM: a clean pause."""

    exit_code = 130


_CURES = {
    errno.EACCES: "Check the rights of this file and of the folder it is in, or choose another place.",
    errno.EPERM: "Check the rights of this file and of the folder it is in, or choose another place.",
    errno.EROFS: "This disk can only be read; choose another place.",
    errno.ENOSPC: "Make room on the disk, then run the same command again.",
    errno.EDQUOT: "Make room on the disk, then run the same command again.",
    errno.ENOENT: "Check the path: the folder must exist.",
    errno.ENOTDIR: "Check the path: a part of it is a file, not a folder.",
    errno.EEXIST: "Choose another name.",
    errno.EISDIR: "This is a folder; name a file.",
}


def refused_by_system(error: OSError) -> ApesMailerError:
    """Return what the operating system refused, in words, and the cure where one is known."""
    what = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)
    return ApesMailerError(f"The system refused: {what}", hint=_CURES.get(error.errno or 0, ""))
