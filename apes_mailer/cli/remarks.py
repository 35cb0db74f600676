"""What a person should know of rows that are imported: addresses that were mended, and likely slips."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from apes_mailer.cli import output

if TYPE_CHECKING:
    from apes_mailer.cli.rejects import RejectReport
    from apes_mailer.contacts.importing import Import

_MOST_SHOWN, _MOST_LISTED = 20, 100  # on a screen, and of each kind for a script


def show(run: Import, report: RejectReport) -> None:
    """Say what was mended in addresses, and what might be a slip of the pen in them."""
    repairs, slips = run.remarks()
    remarks = [*repairs, *slips]
    if remarks:
        output.say("To be looked at; these rows are imported:")
    for each in remarks[:_MOST_SHOWN]:
        output.say(f"  {report.place(each.line)}: {each.words}")
    if len(remarks) > _MOST_SHOWN:
        output.say(f"  and {len(remarks) - _MOST_SHOWN:,} more")


def as_json(run: Import, report: RejectReport) -> dict[str, Any]:
    """Return the same for scripts, the first hundred of each kind; a kind of which there is none is left out."""
    repairs, slips = run.remarks()
    found: dict[str, list[dict[str, Any]]] = {
        "repairs": [
            {"place": report.place(each.line), "written": each.written, "read": each.read}
            for each in repairs[:_MOST_LISTED]
        ],
        "hints": [
            {"place": report.place(each.line), "domain": each.domain, "meant": each.meant, "rows": each.others + 1}
            for each in slips[:_MOST_LISTED]
        ],
    }
    return {name: each for name, each in found.items() if each}
