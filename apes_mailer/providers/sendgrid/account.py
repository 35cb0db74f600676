"""What SendGrid's account tells, and does, besides sending: block lists, logs, erasing, the rights of the key."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from apes_mailer.model.account import BlockList, Erasure, LoggedMessage, Page, Rights, Standing, Trace
from apes_mailer.model.suppression import Cause
from apes_mailer.providers.sendgrid import block_lists, erasing, logs, self_description
from apes_mailer.providers.sendgrid.asking import Asking

_LONGEST_REQUEST = 20.0  # seconds; nobody's mail depends on these requests, and somebody waits for them


class Account:
    """The account behind a key. Every method but the properties makes a request, and raises ``AccountError``."""

    def __init__(self, *, api_key: str, base_url: str, timeout: float, asm_group: int = 0) -> None:
        """``asm_group`` is the number of the unsubscribe group that letters name; 0 when they name none."""
        self._asking = Asking(api_key=api_key, base_url=base_url, timeout=min(timeout, _LONGEST_REQUEST))
        self._asm_group = asm_group
        # A key is 50 random bytes, so its digest gives nothing away.
        self.account = hashlib.sha256(f"{base_url} {api_key}".encode()).hexdigest()[:16]

    @property
    def block_lists(self) -> Sequence[BlockList]:
        """The lists that say something about everybody, and the group when letters name one."""
        return (*block_lists.LISTS, block_lists.GROUP) if self._asm_group else block_lists.LISTS

    def blocked(self, block_list: BlockList, *, since: dt.datetime | None, page: object | None) -> Page:
        """Return a page of a block list; a group comes whole, whatever the time."""
        if block_list == block_lists.GROUP:
            return block_lists.group(self._asking, self._asm_group)
        return block_lists.page(self._asking, block_list.name, since, page)

    def let_back(self, address: str, cause: Cause) -> None:
        """Take an address off the lists with a cause, and off the group of our letters."""
        block_lists.let_back(self._asking, address, cause, group_id=self._asm_group)

    def messages(self, address: str, *, at: dt.datetime) -> Sequence[LoggedMessage]:
        """Return the messages to an address in the log, the ten nearest to a time."""
        return logs.messages(self._asking, address, at)

    def trace(self, message: LoggedMessage) -> Trace | None:
        """Return which attempt a message of the log came with; None when it is not one of ours."""
        return logs.trace(self._asking, message)

    @property
    def most_erased(self) -> int:
        """Addresses that one order may name."""
        return erasing.MOST_ADDRESSES

    def erase(self, addresses: Sequence[str]) -> Erasure:
        """Order that everything about these addresses is erased."""
        return erasing.erase(self._asking, addresses)

    def rights(self) -> Rights:
        """Return what the key may do, and what of it is more than is needed."""
        return self_description.rights(self._asking, with_group=bool(self._asm_group))

    def standing(self, address: str) -> Standing:
        """Return what the account knows of a sender's address."""
        return self_description.standing(self._asking, address)
