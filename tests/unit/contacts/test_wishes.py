"""Wishes in the store: when the letter that confirms one leaves."""

from __future__ import annotations

import datetime as dt

from apes_mailer.contacts import wishes
from apes_mailer.contacts.wishes import Asked
from apes_mailer.model.wish import WishKind
from tests.unit.contacts.stores import KEYRING, NOW, Store


def test_letter_that_was_not_taken_leaves_again_after_a_minute_then_two_then_four(store: Store) -> None:
    asked = Asked(
        kind=WishKind.SIGN_UP,
        key=KEYRING.contact_key("a@exemple.fr"),
        list_id=store.list_id("tous"),
        address="a@exemple.fr",
        language="fr",
        origin="",
    )
    at, waits = NOW, list[float]()
    with store.database.write() as connection:
        wishes.make(connection, asked, at=at, lifetime=dt.timedelta(hours=48))
        for _ in range(4):
            claimed = wishes.claim(connection, at)
            assert claimed is not None
            wishes.put_back(connection, claimed, at=at)
            before = at
            while wishes.claim(connection, at) is None:
                at += dt.timedelta(seconds=30)
            waits.append((at - before).total_seconds() / 60)
            connection.exec_driver_sql("UPDATE wish SET state = 'waiting', attempts = attempts - 1")
    assert waits == [1, 2, 4, 8]
