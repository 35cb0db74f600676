"""What people ask for on the public pages: to be signed up for a list, to see what is kept of them.

Anybody can type anybody's address, so nothing happens before the link of a letter is followed and its button pressed;
and what is answered at once is the same for every address.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import Enum

from apes_mailer.contacts import lists, opting_in, suppressions, wishes
from apes_mailer.contacts.consents import Proof
from apes_mailer.contacts.suppressions import ALL_LISTS
from apes_mailer.model.address import Address
from apes_mailer.model.keys import Keyring
from apes_mailer.model.language import Language
from apes_mailer.model.suppression import ENDED_BY_OPTING_IN
from apes_mailer.model.wish import Wish, WishKind, WishState
from apes_mailer.store.database import Connection, Database

LETTERS_A_DAY = 3
"""Letters of one kind that one address gets in 24 hours, however often it is typed."""

_OF_A_NETWORK, _OF_ALL = 30, 500  # an hour
_ALL = b"all"
FORM = "sign-up form, confirmed by mail"
"""The source of a consent that came by the form."""


class Outcome(Enum):
    """What became of a confirmation."""

    DONE = "done"
    HELD = "held"  # recorded, but another suppression holds that the person cannot end
    GONE = "gone"  # expired, or used before and overtaken since


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who asks: the host that the request comes from, the page of the form, and the language."""

    host: str
    form: str
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishing:
    """The store, the keys and the clock that wishes are kept with; ``lifetime`` is how long one can be confirmed."""

    database: Database
    keyring: Keyring
    lifetime: dt.timedelta

    def sign_up(self, list_name: str, address: Address, visitor: Visitor, at: dt.datetime) -> bool:
        """Record that somebody wants the letters of a list; return False when too many ask, and nothing is kept."""
        with self.database.write() as connection:
            list_id = lists.find_or_add(connection, list_name, self.keyring, at)
            key = self.keyring.contact_key(address)
            held = suppressions.holding(connection, key, list_id=list_id, at=at)
            asked = wishes.Asked(
                kind=WishKind.SIGN_UP,
                key=key,
                list_id=list_id,
                address=address,
                language=visitor.language,
                origin=f"form {visitor.form or 'of unknown page'}, network {self.keyring.origin(visitor.host)}",
            )
            withhold = any(each.cause not in ENDED_BY_OPTING_IN for each in held)
            return self._make(connection, asked, visitor.host, at, withhold=withhold)

    def see_data(self, key: bytes, visitor: Visitor, at: dt.datetime) -> bool:
        """Record that a contact wants to see what is kept; return False when too many ask, and nothing is kept.

        The link of a letter is not enough for that: letters are forwarded.
        """
        with self.database.write() as connection:
            address = lists.address_of(connection, key) or ""
            asked = wishes.Asked(
                kind=WishKind.RIGHTS,
                key=key,
                list_id=ALL_LISTS,
                address=address,
                language=visitor.language,
                origin="link of a letter",
            )
            return self._make(connection, asked, visitor.host, at, withhold=not address)

    def come_back(self, key: bytes, list_name: str, visitor: Visitor, at: dt.datetime) -> bool:
        """Record that the holder of a letter wants those of a list for its reader; return as :meth:`sign_up` does.

        Of who is not in the store, or was erased, the address is not known: no letter goes out, and nothing is said.
        """
        with self.database.read() as connection:
            address = lists.address_of(connection, key)
        return not address or self.sign_up(list_name, Address(address), visitor, at)

    def _make(self, connection: Connection, asked: wishes.Asked, host: str, at: dt.datetime, *, withhold: bool) -> bool:
        wishes.forget_expired(connection, at)
        network = self.keyring.network(host, at.date())
        if not wishes.admit(connection, network, most=_OF_A_NETWORK, hours=1, at=at):
            return False
        if not wishes.admit(connection, _ALL, most=_OF_ALL, hours=1, at=at):
            return False
        # Whoever asks is told the same: an answer of its own would tell that somebody else had asked before.
        if wishes.admit(connection, wishes.counter(asked.kind, asked.key), most=LETTERS_A_DAY, hours=24, at=at):
            wishes.make(connection, asked, at=at, lifetime=self.lifetime, withhold=withhold)
        return True

    def find(self, token: str, kind: WishKind, at: dt.datetime) -> Wish | None:
        """Return the wish that a token confirms; None when it is not ours, has expired, or is of another kind."""
        number = self.keyring.read_wish_token(token, at)
        if number is None:
            return None
        with self.database.read() as connection:
            wish = wishes.find(connection, number, at)
        return wish if wish is not None and wish.kind is kind else None

    def is_overtaken(self, wish: Wish, at: dt.datetime) -> bool:
        """Whether somebody who confirmed a wish gets no letters since: the link that did so then does nothing more."""
        if wish.state is not WishState.CONFIRMED:
            return False
        with self.database.read() as connection:
            return bool(suppressions.holding(connection, wish.key, list_id=wish.list_id, at=at))

    def confirm_sign_up(self, token: str, wording: str, host: str, at: dt.datetime) -> Outcome:
        """Put the person on the list, with the proof: what was read, in which form it was asked, from where confirmed.

        Doing it twice is doing it once. A link that was used does not undo what the person has said since.
        """
        number = self.keyring.read_wish_token(token, at)
        with self.database.write() as connection:
            wish = None if number is None else wishes.find(connection, number, at)
            if wish is None or wish.kind is not WishKind.SIGN_UP:
                return Outcome.GONE
            if wish.state is WishState.CONFIRMED:
                held = suppressions.holding(connection, wish.key, list_id=wish.list_id, at=at)
                return Outcome.GONE if held else Outcome.DONE
            if not wish.address:  # asked for again since, when no letter could go out any more
                return Outcome.GONE
            lists.join(connection, wish.list_id, lists.know(connection, wish.key, wish.address))
            confirmed_from = f"{wish.origin}; confirmed from network {self.keyring.origin(host)}"
            proof = Proof(source=FORM, wording=wording, origin=confirmed_from)
            held = opting_in.opt_in(connection, wish.key, list_id=wish.list_id, at=at, proof=proof)
            wishes.confirm(connection, wish)
        return Outcome.HELD if held else Outcome.DONE
