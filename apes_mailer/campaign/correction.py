"""Corrections: an issue made from one that went out, for exactly those who got it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from apes_mailer.campaign import audience, overview, starter
from apes_mailer.campaign.audience import Corrected
from apes_mailer.errors import UsageError
from apes_mailer.reading.issue import parse_issue
from apes_mailer.store.database import Database
from apes_mailer.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class StillToServe:
    """Recipients of the corrected campaign who may still get it: those waiting, and those in doubt."""

    pending: int
    unknown: int


def new(workspace: Workspace, database: Database, name: str, campaign: str) -> Path:
    """Make an issue that corrects a campaign, from its text and pictures; return its file.

    Raises ``UsageError`` when the campaign was not sent, its issue is gone, or the name is taken.
    """
    workspace.check_campaign_name(campaign)
    audience.of_corrected(workspace, database, Corrected(campaign=campaign))
    return starter.new_issue(workspace, name, source=campaign, correction=True)


def corrected_by(workspace: Workspace, name: str) -> str | None:
    """Return the campaign that an issue corrects, None for an issue that goes to a list, or is not there.

    Raises ``IssueError`` when the issue has faults and looks like a correction.
    """
    file = workspace.campaigns / name / "issue.yaml"
    text = file.read_text(encoding="utf-8-sig", errors="replace") if file.is_file() else ""
    if "correction_of" not in text:
        return None
    return parse_issue(text, shown=workspace.shown(file)).issue.correction_of


def require_no_list(name: str, corrected: str, asked: str | None) -> None:
    """Raise ``UsageError`` when somebody names a list or a segment for a correction."""
    if asked is not None:
        raise UsageError(
            f"{name} is a correction of {corrected}: it goes to those who got {corrected}, and to no list.",
            hint="Leave out --to and --where. To send it to a list, delete the line correction_of in "
            f"campaigns/{name}/issue.yaml.",
        )


def still_to_serve(database: Database, campaign: str) -> StillToServe:
    """Return who may still get a campaign that is corrected."""
    found = overview.of_campaign(database, campaign)
    return StillToServe(pending=found.pending + found.submitting, unknown=found.unknown)
