"""The page of a campaign in the outbox, which leads to its runs: a test of a letter with variants has several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from apes_mailer.model.batch import CONFIRMATIONS
from apes_mailer.providers.outbox import pages

PAGE = "index.html"
_RECORD = "run.json"
_MOST = 100  # runs on the page, so that the letters which confirm wishes do not make it endless


class Run(BaseModel):
    """What is kept of a run for this page: no address, no value of anybody."""

    subject: str
    list_name: str
    language: str
    at: AwareDatetime


def note(folder: Path, run: Run) -> None:
    """Keep a run in its folder, and write the page of its campaign anew. Raises ``OSError``."""
    (folder / _RECORD).write_text(run.model_dump_json(), encoding="utf-8")
    campaign = folder.parent
    pages.write(
        campaign / PAGE,
        "runs.html",
        {
            "t": pages.words(run.language),
            "language": run.language,
            "campaign": campaign.name,
            "confirmations": campaign.name == CONFIRMATIONS,
            "runs": [_row(name, each, run.language) for name, each in _noted(campaign)],
        },
    )


def _noted(campaign: Path) -> Iterator[tuple[str, Run]]:
    """Yield the folders of the last runs with what is kept of them, the last one first."""
    for folder in sorted((each for each in campaign.iterdir() if each.is_dir()), reverse=True)[:_MOST]:
        try:
            yield folder.name, Run.model_validate_json((folder / _RECORD).read_bytes())
        except (FileNotFoundError, ValidationError):
            continue  # somebody has taken it away, or it is being written


def _row(folder: str, run: Run, language: str) -> dict[str, str]:
    return {
        "page": f"{folder}/{PAGE}",
        "subject": run.subject,
        "list_name": run.list_name,
        "written": pages.moment(run.at.astimezone(dt.UTC), language),
    }
