"""Segments: what an expression means, and what is said of one that means nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apes_mailer.model import segment
from apes_mailer.model.segment import Condition, Every, Has, Not, SegmentError, Some, holds, parse

ANA = {"TERRITOIRE": "Aisne, Somme", "TAGS": "Élue; presse", "CODE_POSTAL": "02000", "STRUCTURE": "Pain et Paix"}


@pytest.mark.parametrize(
    "expression",
    [
        "territoire = Aisne",
        "TERRITOIRE=aisne",
        "Territoires = SOMME",
        "territoire = Oise, Somme",
        "territoire = Oise; Somme",
        "tag:elue",
        "tag: Presse",
        "étiquette : presse",
        "tags = presse",
        "code postal = 02*",
        "Code-Postal = 60*, 02*",
        "structure = pain*",
        'structure = "Pain et Paix"',
        "structure = « pain et paix »",
        "structure != Pain",
        'tel = ""',
        'not code_postal = ""',
        "territoire = Aisne and tag:presse",
        "territoire = Aisne et tag:presse",
        "territoire = Oise or tag:presse",
        "territoire = Oise ou tag:presse",
        "non territoire = Oise",
        "territoire = Oise and tag:x or tag:presse",
        "tag:presse or territoire = Oise and tag:x",
        "not (territoire = Oise or tag:x)",
        "aisne",
        "AISNE and tag:presse",
    ],
)
def test_expression_means_a_contact(expression: str) -> None:
    assert holds(parse(expression, {"aisne": "territoire = Aisne"}), ANA)


@pytest.mark.parametrize(
    "expression",
    [
        "territoire = Oise",
        "territoire = Ain",
        "tag:pres",
        "code postal = 2*",
        'structure = "pain*"',
        "structure = Pain",
        'code postal = ""',
        "territoire = Aisne and tag:x",
        "not tag:presse",
        "not tag:x and territoire = Oise",
        "(tag:presse or territoire = Oise) and tag:x",
        "not aisne",
    ],
)
def test_expression_does_not_mean_a_contact(expression: str) -> None:
    assert not holds(parse(expression, {"aisne": "territoire = Aisne"}), ANA)


def test_sign_that_segments_have_not_is_told_with_those_they_have() -> None:
    with pytest.raises(SegmentError) as caught:
        parse("date d'adhésion > 2024", {})
    assert caught.value.cure == "There is only =, != and a beginning, as in: code postal = 02*"


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "The segment is empty"),
        ("  ", "The segment is empty"),
        ("territoire =", "“territoire =” ends too early"),
        ("(tag:x", "“(tag:x” ends too early"),
        ("tag:x and", "“tag:x and” ends too early"),
        ("= Aisne", "“= Aisne” is not understood"),
        ("a = b c = d", "“= d” is not understood after “a = b c”"),
        ("tag:x) or tag:y", "“) or tag:y” is not understood after “tag:x”"),
        ("a = “b", "““b” is not understood after “a =”"),
        ("territoire Aisne", "“territoire Aisne” is no segment, and no comparison"),
        ("2027 = x", "“2027” is not the name of a column"),
        ("ville = *", "“*” means every value"),
    ],
)
def test_fault_is_told_with_its_place(expression: str, reason: str) -> None:
    with pytest.raises(SegmentError) as caught:
        parse(expression, {"aisne": "territoire = Aisne"})
    assert caught.value.reason == reason


def test_name_that_is_no_segment_is_told_with_those_there_are() -> None:
    with pytest.raises(SegmentError) as caught:
        parse("asine", {"aisne": "territoire = Aisne"})
    assert "Segments of apes-mailer.toml: aisne." in caught.value.cure


def test_segment_of_the_settings_names_no_other() -> None:
    with pytest.raises(SegmentError, match="“aisne” is no segment"):
        parse("nord", {"aisne": "territoire = Aisne", "nord": "aisne or territoire = Oise"})


def test_what_is_recorded_says_what_a_name_stood_for() -> None:
    meant = parse("nord and not tag:x", {"nord": "territoire = Aisne, Oise or code postal = 02*"})
    assert str(meant) == "(TERRITOIRE = Aisne, Oise or CODE_POSTAL = 02*) and not tag:x"


_VALUES = st.sampled_from(["Aisne", '"pain et paix"', "02*", '""', "élu"])


def _comparison(name: str, value: str) -> Condition:
    return parse(f"{name} = {value}", {})


_LEAVES = st.builds(_comparison, st.sampled_from(["TERRITOIRE", "TAGS", "VILLE"]), _VALUES)
_CONDITIONS = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Every(tuple(parts))),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: Some(tuple(parts))),
    ),
    max_leaves=6,
)


@given(condition=_CONDITIONS)
def test_what_is_recorded_can_be_read_again(condition: Condition) -> None:
    assert parse(str(condition), {}) == condition


@given(text=st.text(alphabet="ab= !()\"“”«»,;:*<>\n'\\%é", max_size=30))
def test_any_text_is_an_expression_or_a_fault_that_is_told(text: str) -> None:
    assert all(isinstance(each, Has | str) for each in _meant(text))


def _meant(text: str) -> list[Has | str]:
    try:
        return list(segment.leaves(parse(text, {})))
    except SegmentError as error:
        return [error.reason, error.cure]
