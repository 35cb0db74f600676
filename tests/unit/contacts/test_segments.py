"""Segments of lists: the database finds those whom the expression means, for whoever looks at them one by one."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from apes_mailer.contacts import lists, segments
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.segments import Count
from apes_mailer.errors import ContactsError
from apes_mailer.model.field import EMAIL
from apes_mailer.model.segment import holds, parse
from tests.unit.contacts.stores import Store, write_csv

HEADER = ("EMAIL", "TERRITOIRE", "TAGS")
ROWS = (
    ("ana@exemple.fr", "Aisne", "élue"),
    ("bob@exemple.fr", "AISNE; Oise", ""),
    ("cleo@exemple.fr", "", "Elue, presse"),
    ("dan@exemple.fr", 'l\'"Oise"', "x"),
)


def _count(store: Store, expression: str) -> Count:
    list_id = store.list_id("tous")
    with store.database.read() as connection:
        return segments.count(connection, lists.members(list_id), parse(expression, {}))


@pytest.mark.parametrize(
    ("expression", "inside"),
    [
        ("territoire = Aisne", 2),
        ("tag:elue", 2),
        ("territoire = Aisne and tag:elue", 1),
        ("territoire = Aisne or tag:elue", 3),
        ('territoire = ""', 1),
        ("not tag:elue", 2),
        ("email = ana*", 1),
    ],
)
def test_contacts_of_a_segment_are_counted_in_the_store_and_in_a_file(
    store: Store, expression: str, inside: int
) -> None:
    store.import_rows(ROWS, header=HEADER)
    assert _count(store, expression) == Count(contacts=4, inside=inside)
    with open_contacts_file(write_csv(store.folder / "gens.csv", HEADER, ROWS)) as file:
        assert segments.count_file(file, parse(expression, {})) == Count(contacts=4, inside=inside)


@pytest.mark.parametrize(
    ("expression", "unmet"),
    [
        ('territoire = "x\' OR 1 = 1 --"', 'Nobody has TERRITOIRE = "x\' OR 1 = 1 --".'),
        ("tag:elus", "Nobody has tag:elus. Did you mean élue?"),
        ("territoire = Aine", "Nobody has TERRITOIRE = Aine. Did you mean Aisne?"),
        ("territoire = Aisne and tag:press", "Nobody has tag:press. Did you mean presse?"),
    ],
)
def test_comparison_that_holds_for_nobody_is_told_with_what_may_be_meant(
    store: Store, expression: str, unmet: str
) -> None:
    rows = (*ROWS[:2], ("cleo@exemple.fr", "", "presse"))
    store.import_rows(rows, header=HEADER)
    found = Count(contacts=3, inside=0, unmet=(unmet,))
    assert _count(store, expression) == found
    with open_contacts_file(write_csv(store.folder / "gens.csv", HEADER, rows)) as file:
        assert segments.count_file(file, parse(expression, {})) == found


def test_comparisons_that_hold_for_nobody_together_only_are_no_slips(store: Store) -> None:
    store.import_rows(ROWS, header=HEADER)
    assert _count(store, "tag:x and email = ana*") == Count(contacts=4, inside=0)


def test_column_that_nobody_has_is_told_with_the_one_that_was_meant(store: Store) -> None:
    store.import_rows(ROWS, header=HEADER)
    with pytest.raises(ContactsError) as caught:
        _count(store, "not teritoire = Aisne")
    assert "column TERITOIRE" in caught.value.message
    assert caught.value.hint == "Did you mean TERRITOIRE? Columns of the list: EMAIL, TAGS, TERRITOIRE."
    with (
        open_contacts_file(write_csv(store.folder / "gens.csv", HEADER, ROWS)) as file,
        pytest.raises(ContactsError, match="TERITOIRE"),
    ):
        segments.count_file(file, parse("not teritoire = Aisne", {}))


def test_without_a_segment_everybody_is_counted(store: Store) -> None:
    store.import_rows(ROWS, header=HEADER)
    with store.database.read() as connection:
        assert segments.count(connection, lists.members(1), None) == Count(contacts=4, inside=4)


_WORDS = st.sampled_from(["Aisne", "aisne", "Oise", "Aisne; Oise", "", "l’Été", "été", "x"])
_EXPRESSIONS = st.sampled_from(
    [
        "territoire = Aisne",
        "territoire = Aisne and not tag:ete",
        "not (territoire = ois* or tag:x)",
        'territoire = "" or tag:été, x',
        "tag:aisne and territoire = Aisne or tag:l’été",
    ]
)


@pytest.mark.slow
@settings(max_examples=60)
@given(cells=st.lists(st.tuples(_WORDS, _WORDS), max_size=8), expression=_EXPRESSIONS)
def test_database_parts_a_list_as_somebody_would_who_reads_it(cells: list[tuple[str, str]], expression: str) -> None:
    condition = parse(expression, {})
    rows = [("tous@exemple.fr", "Meuse", "zzz"), *((f"p{n}@exemple.fr", *each) for n, each in enumerate(cells))]
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        store.import_rows(rows, header=HEADER)
        expected = {
            address for address, fields in store.contacts().items() if holds(condition, {**fields, EMAIL: address})
        }
        with store.database.write() as connection:
            inside, outside = segments.part(connection, lists.members(1), None, condition)
            found = set(connection.execute(sa.select(inside.c.address)).scalars())
            others = connection.execute(sa.select(sa.func.count()).select_from(outside)).scalar_one()
        store.close()
    assert found == expected
    assert others == len(rows) - len(expected)
