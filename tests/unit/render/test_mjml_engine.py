"""What the validator claims about the engine that compiles MJML holds for the engine in use."""

from __future__ import annotations

import re

import pytest
from mjml import mjml2html

from apes_mailer.render import mjml_check, mjml_rules
from apes_mailer.render.mjml_schema import components
from tests.support.mjml_page import PAGE, in_body, in_column, in_head, print_marked, problems

AROUND = {
    "mj-accordion-title": ("<mj-accordion><mj-accordion-element>", "</mj-accordion-element></mj-accordion>"),
    "mj-carousel-image": ("<mj-carousel>", "</mj-carousel>"),
    "mj-social-element": ("<mj-social>", "</mj-social>"),
}
INSIDE = {
    "mj-section": "<mj-column /><mj-column />",
    "mj-social": '<mj-social-element name="x" src="a">x</mj-social-element>',
    "mj-table": "<tr><td>x</td></tr>",
    "mj-wrapper": "<mj-section /><mj-section />",
}
NEEDED = {"mj-image": 'src="a"', "mj-carousel-image": 'src="a"', "mj-social-element": 'src="a" name="x"'}


def with_attribute(tag: str, attribute: str) -> str:
    if tag == "mj-body":
        return f"<mjml><mj-body {attribute}></mj-body></mjml>"
    void = tag in ("mj-image", "mj-spacer", "mj-carousel-image")
    opening = f"<{tag} {NEEDED.get(tag, '')} {attribute}"
    element = f"{opening} />" if void else f"{opening}>{INSIDE.get(tag, 'x')}</{tag}>"
    before, after = AROUND.get(tag, ("", ""))
    page = in_body if tag in ("mj-section", "mj-wrapper", "mj-raw") else in_column
    return page(f"{before}{element}{after}")


@pytest.mark.parametrize(("tag", "name"), [(tag, name) for tag, names in mjml_rules.IGNORED.items() for name in names])
def test_attributes_called_ignored_are_known_to_mjml_and_never_arrive(tag: str, name: str) -> None:
    notation = components()[tag].attributes[name]
    value = {"color": "#123456", "string": "1px solid #123456"}.get(notation, "37px")
    value = notation[5:-1].split(",")[-1] if notation.startswith("enum") else value

    without, with_it = (mjml2html(with_attribute(tag, text)) for text in ("", f'{name}="{value}"'))
    assert with_it.count(value) == without.count(value)


def image_width(section: str, column: str = "") -> list[str]:
    image = '<mj-image src="a" padding="0" />'
    html = mjml2html(in_body(f"<mj-section {section}><mj-column {column}>{image}</mj-column></mj-section>"))
    return re.findall(r'<img[^>]* width="(\d+)"', html)


def test_shorthand_padding_makes_pictures_too_wide_and_longhand_does_not() -> None:
    assert image_width('padding="0 15px"') == ["600"]
    assert image_width('padding-left="15px" padding-right="15px"') == ["570"]
    assert image_width("", 'padding="0 15px"') == ["600"]
    assert image_width("", 'padding="0 15px" padding-left="15px" padding-right="15px"') == ["570"]


@pytest.mark.parametrize(
    "source",
    [
        in_column("<mj-txt>x</mj-txt>"),
        in_column('<mj-text colour="red">x</mj-text>'),
        in_column('<mj-text color="rouge">x</mj-text>'),
        in_column('<mj-text color="red" color="blue">x</mj-text>'),
        in_column("<mj-text>x</mj-button>"),
        in_column("<mj-text><b>x</i></mj-text>"),
        in_column("loose"),
        in_column("<div>x</div>"),
        in_column('<mj-image src="a" />'),
        in_column('<mj-text mj-class="nowhere">x</mj-text>'),
        in_body("<mj-text>x</mj-text>"),
        in_body('<mj-section><mj-column width="60%" /><mj-column width="60%" /></mj-section>'),
        in_body("</mj-body><mj-body>"),
        in_head('<mj-style inline="inline">a { color: red }</mj-style>'),
        "<mjml></mjml>",
    ],
)
def test_mistakes_that_the_engine_takes_in_silence_are_found(source: str) -> None:
    assert mjml2html(source)
    assert problems(source)


REFUSED = [
    in_column("<mj-text>a < b</mj-text>"),
    in_column("<mj-text><<contact.X>></mj-text>"),
    in_column("<mj-text><b>x</mj-text>"),
    in_column("<mj-text>x</b></mj-text>"),
    in_column("<mj-text>x<br></br></mj-text>"),
    in_column("<mj-text color=red>x</mj-text>"),
    in_column("<mj-text><!-- a -- b --></mj-text>"),
    in_column("<mj-text><![CDATA[x]]></mj-text>"),
    in_column('<mj-image src="a" alt="">x</mj-image>'),
    in_column("<mj-divider><!-- x --></mj-divider>"),
    in_head("<mj-title>a<b>c</b></mj-title>"),
    in_head("<mj-attributes><!-- x --></mj-attributes>"),
    in_head("<mj-html-attributes></mj-html-attributes>"),
    "<mjml><mj-raw>x</mj-raw><mj-body></mj-body></mjml>",
    *(
        in_column(f"<{tag}><mj-raw>x</mj-raw></{tag}>")
        for tag in ("mj-accordion", "mj-navbar", "mj-social", "mj-carousel")
    ),
    *(in_column(f"<{tag}>x</{tag}>") for tag in ("mj-accordion", "mj-navbar", "mj-social", "mj-carousel")),
]


@pytest.mark.parametrize("source", REFUSED)
def test_what_the_engine_refuses_has_a_problem_with_a_line(source: str) -> None:
    with pytest.raises(ValueError, match="root template"):
        mjml2html(source)

    assert all(problem.line for problem in problems(source))
    assert problems(source)


def test_the_page_without_fault_compiles() -> None:
    mjml, _ = mjml_check.strip_marks(print_marked(PAGE))
    html = mjml2html(mjml, fonts={})

    assert "<mj-" not in html
    assert "imgur" not in html
    assert "mailjet" not in html
