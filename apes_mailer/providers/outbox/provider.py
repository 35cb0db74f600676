"""The provider ``outbox``: one file for each message, to look at; nothing leaves the computer."""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apes_mailer.model.batch import Batch, Recipient
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import NotAccepted, Submission, Submitted
from apes_mailer.providers import mime
from apes_mailer.providers.base import Limits, Payload
from apes_mailer.providers.outbox import pages, runs
from apes_mailer.providers.outbox.index import MESSAGES, VIEWS, Entry, Index, list_of, subject_of
from apes_mailer.providers.outbox.runs import Run
from apes_mailer.render import fill


def safe_name(recipient: Recipient) -> str:
    """Return a file name, without suffix, that every system accepts, no two recipients share, and that names nobody.

    File names travel further than files: into backups, indexes and lists of what was opened last.
    """
    return f"message-{recipient.mark}"


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
        self._run: _Run | None = None

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
        """Write the files of each recipient, then the pages that list them."""
        batch = payload.content
        if not isinstance(batch, Batch):
            raise TypeError(batch)
        try:
            with self._lock:
                run = self._run_of(batch)
                splicer = run.splicer(batch)
                number = run.reserve(len(batch.recipients))
            entries = [
                run.write(batch, recipient, splicer, at=self._clock(), with_views=each < VIEWS)
                for each, recipient in enumerate(batch.recipients, start=number)
            ]
            with self._lock:
                run.add(entries)
        except OSError as error:
            cure = "Check the room on the disk and the rights of the outbox folder, then run the rehearsal again."
            return NotAccepted(cause=f"the outbox cannot be written: {error}", cure=cure, stop=True)
        return Submitted(provider_id=batch.attempt)

    def _run_of(self, batch: Batch) -> _Run:
        folder = self.run_folder(batch.campaign, batch.run)
        if self._run is None or self._run.folder != folder:
            (folder / MESSAGES).mkdir(parents=True, exist_ok=True)
            self._run = _Run(folder, batch, pictures=self._pictures, at=self._clock())
        return self._run


class _Run:
    """The files of one run: of one letter, or of all its variants."""

    def __init__(self, folder: Path, batch: Batch, *, pictures: Path, at: dt.datetime) -> None:
        self.folder = folder
        self._splicers: list[mime.Splicer] = []
        # Relative, so that the pictures show without a server, and wherever the workspace is moved to.
        beside = Path(os.path.relpath(pictures, folder / MESSAGES)).as_posix()
        self._links = fill.links_of(batch.envelope, pictures=f"{beside}/")
        self._begun = 0
        self._index = Index(folder, batch, at=at)
        self._run = Run(
            subject=subject_of(batch),
            list_name=list_of(batch.envelope),
            language=pages.language_for(batch.template.language),
            at=at,
        )
        self._noted = False

    def splicer(self, batch: Batch) -> mime.Splicer:
        """Return what writes the letter of a batch; each letter of the run has its own."""
        for splicer in self._splicers:
            if splicer.writes(batch.template, batch.envelope):
                return splicer
        self._splicers.append(mime.Splicer(batch.template, batch.envelope))
        return self._splicers[-1]

    def reserve(self, count: int) -> int:
        """Return how many messages were begun before the next ``count``."""
        before = self._begun
        self._begun += count
        return before

    def add(self, entries: Sequence[Entry]) -> None:
        """List more messages; the first ones make the run known on the page of its campaign. Raises ``OSError``."""
        self._index.add(entries)
        if not self._noted:
            runs.note(self.folder, self._run)
            self._noted = True

    def write(
        self, batch: Batch, recipient: Recipient, splicer: mime.Splicer, *, at: dt.datetime, with_views: bool
    ) -> Entry:
        """Write one message, and both its parts for a browser when ``with_views``."""
        stem = safe_name(recipient)
        folder = self.folder / MESSAGES
        identity = mime.message_id(f"{batch.attempt}.{recipient.mark}", batch.envelope.from_address)
        part = folder / f"{stem}.part"
        part.write_bytes(splicer.message(recipient, message_id=identity, date=at))
        part.replace(folder / f"{stem}.eml")
        if with_views:
            html, text = (
                fill.fill(parts, recipient.values, self._links, recipient.unsubscribe_url)
                for parts in (batch.template.html, batch.template.text)
            )
            (folder / f"{stem}.html").write_bytes(html.encode())
            # With a byte order mark: nothing else can tell a browser how a text file is encoded.
            (folder / f"{stem}.txt").write_bytes(text.encode("utf-8-sig"))
        return Entry(address=recipient.address, subject=splicer.subject(recipient), stem=stem, has_views=with_views)
