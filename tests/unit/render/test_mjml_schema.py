"""The table of MJML's components says where it is from, and its types take what they should."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from apes_mailer.render.mjml_schema import components, value_type

LENGTH = "unit(px,%)"
FOUR = "unit(px,%){1,4}"


def test_table_names_its_source_and_stays_small() -> None:
    text = resources.files("apes_mailer.render").joinpath("mjml_schema.json").read_text(encoding="utf-8")
    source = json.loads(text)["source"]

    assert (source["package"], source["licence"]) == ("mjml", "MIT")
    assert {"version", "exported"} <= source.keys()
    assert len(text) < 30_000
    assert sum(line.startswith('    "mj') for line in text.splitlines()) == len(components()) - 2


def test_every_type_in_the_table_is_understood() -> None:
    notations = {notation for component in components().values() for notation in component.attributes.values()}

    assert all(value_type(notation).expected != "any text" for notation in notations - {"string"})


@pytest.mark.parametrize(
    ("notation", "value", "right"),
    [
        (LENGTH, "12px", True),
        (LENGTH, "1.5%", True),
        (LENGTH, ".5px", True),
        (LENGTH, "0", True),
        (LENGTH, "12", False),
        (LENGTH, "12 px", False),
        (LENGTH, "-1px", False),
        (LENGTH, "1px 2px", False),
        (LENGTH, "", False),
        (FOUR, "1px 2px 0 4%", True),
        (FOUR, "1px 2px 3px 4px 5px", False),
        ("unit(px,%,)", "1.5", True),
        ("unit(px,auto)", "auto", True),
        ("unit(px)", "auto", False),
        ("unitWithNegative(px,em)", "-0.5em", True),
        ("enum(full-width,false,)", "", True),
        ("enum(ltr,rtl)", "LTR", False),
        ("boolean", "true", True),
        ("boolean", "1", False),
        ("integer", "10", True),
        ("integer", "1.0", False),
        ("color", "#FFF", True),
        ("color", "#ffff", False),
        ("color", "Red", True),
        ("color", "transparent", True),
        ("color", "rgb(1,2, 3)", True),
        ("color", "rgba(1,2,3,.5)", True),
        ("color", "rgba(1,2,3)", False),
        ("string", "any\nthing", True),
    ],
)
def test_value_is_right_or_not(notation: str, value: str, right: bool) -> None:
    assert bool(value_type(notation).pattern.fullmatch(value)) is right
