"""The outbox: messages as files in the workspace, to look at; nothing leaves the computer."""

from __future__ import annotations

import datetime as dt
import html
import json
import os
import re
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from apes_mailer.model.batch import Batch, Recipient
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import NotAccepted, Submission, Submitted
from apes_mailer.providers import mime
from apes_mailer.providers.base import Limits, Payload
from apes_mailer.render import fill

_INDEX = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: #22302b; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d8d8d0; }}
iframe {{ width: 100%; height: 80vh; border: 1px solid #b9c4bd; }}
main {{ display: grid; gap: 2rem; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); }}
@media (max-width: 60rem) {{ main {{ grid-template-columns: minmax(0, 1fr); }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p id="count" role="status"></p>
<main>
<section aria-label="messages"><table><tbody id="messages"></tbody></table></section>
<section aria-label="letter"><iframe src="letter.html" title="{title}"></iframe></section>
</main>
<script>
const rows = [];
function add(address, subject, file) {{ rows.push([address, subject, file]); }}
</script>
<script src="messages.js"></script>
<script>
document.getElementById("count").textContent = rows.length + " × .eml";
const table = document.getElementById("messages");
for (const [address, subject, file] of rows.slice(0, 1000)) {{
  const line = table.insertRow();
  const link = document.createElement("a");
  link.href = encodeURIComponent(file);
  link.textContent = address;
  line.insertCell().append(link);
  line.insertCell().textContent = subject;
}}
</script>
</body>
</html>
"""


def safe_name(recipient: Recipient) -> str:
    """Return a file name that every system accepts and that no two recipients share."""
    readable = re.sub(r"[^a-z0-9.@-]", "_", recipient.address.lower())[:60].strip(".-") or "_"
    # Windows takes "con.jean@…" for the console: a device is what stands before the first dot.
    readable = re.sub(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])\.", r"\1_", readable)
    return f"{readable}-{recipient.mark}.eml"


class Outbox:
    """The provider ``outbox``."""

    name = "outbox"
    rehearsal = True
    limits = Limits(recipients=1000)

    def __init__(self, folder: Path, *, pictures: Path, clock: Callable[[], dt.datetime]) -> None:
        """``folder`` receives ``<campaign>/<run>/``; ``pictures`` is where the letter's pictures are."""
        self._folder = folder
        self._pictures = pictures
        self._clock = clock
        self._lock = threading.Lock()
        self._splicer: mime.Splicer | None = None

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:  # noqa: ARG002 - no limit here
        """Bytes of merge values; there is no limit, so nothing is counted."""
        return 0

    def run_folder(self, campaign: str, run: str) -> Path:
        """Where the messages of one run are."""
        return self._folder / campaign / run

    def payload(self, batch: Batch) -> Payload:
        """Return the batch itself: messages are written one by one."""
        return Payload(content=batch, size=len(batch.recipients))

    def submit(self, payload: Payload) -> Submission:
        """Write one file for each recipient, then the index page."""
        batch = payload.content
        if not isinstance(batch, Batch):
            raise TypeError(batch)
        folder = self.run_folder(batch.campaign, batch.run)
        splicer = self._splicer_of(batch)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lines = [self._write(folder, splicer, batch, recipient) for recipient in batch.recipients]
            with self._lock:
                self._index(folder, batch)
                with (folder / "messages.js").open("a", encoding="utf-8") as index:
                    index.writelines(lines)
        except OSError as error:
            cure = "Check the room on the disk and the rights of the outbox folder, then run the rehearsal again."
            return NotAccepted(cause=f"the outbox cannot be written: {error}", cure=cure, stop=True)
        return Submitted(provider_id=batch.attempt)

    def _splicer_of(self, batch: Batch) -> mime.Splicer:
        with self._lock:
            if self._splicer is None or not self._splicer.writes(batch.template, batch.envelope):
                self._splicer = mime.Splicer(batch.template, batch.envelope)
            return self._splicer

    def _write(self, folder: Path, splicer: mime.Splicer, batch: Batch, recipient: Recipient) -> str:
        name = safe_name(recipient)
        identity = mime.message_id(f"{batch.attempt}.{recipient.mark}", batch.envelope.from_address)
        path = folder / name
        part = path.with_suffix(".part")
        part.write_bytes(splicer.message(recipient, message_id=identity, date=self._clock()))
        part.replace(path)
        row = [recipient.address, splicer.subject(recipient), name]
        return "add(" + ", ".join(json.dumps(cell).replace("<", "\\u003c") for cell in row) + ");\n"

    def _index(self, folder: Path, batch: Batch) -> None:
        if (folder / "index.html").exists():
            return
        first = batch.recipients[0]
        relative = Path(os.path.relpath(self._pictures, folder)).as_posix()
        links = fill.Links(pictures=f"{relative}/", browser=batch.envelope.browser_url)
        letter = fill.fill(batch.template.html, first.values, links, first.unsubscribe_url)
        (folder / "letter.html").write_text(letter, encoding="utf-8")
        title = html.escape(f"{batch.campaign} - {batch.run}")
        (folder / "index.html").write_text(
            _INDEX.format(language=batch.template.language, title=title), encoding="utf-8"
        )
