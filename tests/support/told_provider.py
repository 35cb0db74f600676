"""A provider inside the test: it says what it was told to say, and lets the test act while a request is under way."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping

from apes_mailer.model.batch import Batch
from apes_mailer.model.message import MessageTemplate
from apes_mailer.model.submission import Submission, Submitted
from apes_mailer.providers.base import Limits, Payload


def _ignore(_batch: Batch) -> None:
    """The hook of a test that does not care."""


class ToldProvider:
    """Answers requests with ``answers`` in turn, then always with ``then``; ``during`` is called while one is made."""

    name = "local"
    rehearsal = False
    limits = Limits(recipients=1000)

    def __init__(
        self,
        answers: Iterable[Submission] = (),
        *,
        then: Submission | None = None,
        during: Callable[[Batch], None] = _ignore,
    ) -> None:
        self._answers = iter(answers)
        self._then = then or Submitted()
        self._lock = threading.Lock()
        self.during = during
        self.batches: list[Batch] = []

    @property
    def addresses(self) -> list[list[str]]:
        """Who was in each request."""
        return [[recipient.address for recipient in batch.recipients] for batch in self.batches]

    def merge_size(self, template: MessageTemplate, values: Mapping[str, str]) -> int:  # noqa: ARG002 - no limit here
        """Nothing is counted."""
        return 0

    def payload(self, batch: Batch) -> Payload:
        """The batch itself."""
        return Payload(content=batch, size=len(batch.recipients))

    def submit(self, payload: Payload) -> Submission:
        """Note the request and answer."""
        batch = payload.content
        assert isinstance(batch, Batch)
        with self._lock:
            self.batches.append(batch)
            answer = next(self._answers, self._then)
        self.during(batch)
        return answer
