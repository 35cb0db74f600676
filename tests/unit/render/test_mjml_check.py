"""Each fault of a theme is named with the template's file and line, and a cure."""

from __future__ import annotations

import pytest

from apes_mailer.errors import Problem
from apes_mailer.render import mjml_check
from tests.support.mjml_page import FILE, PAGE, in_body, in_column, in_head, problems


def only(source: str) -> Problem:
    found = problems(source)
    assert len(found) == 1, "\n".join(map(str, found))
    return found[0]


def test_page_with_every_tag_that_a_theme_may_use_has_no_fault() -> None:
    assert problems(PAGE) == []


def test_problem_names_file_line_tag_and_cure() -> None:
    source = in_column('<mj-text\n  align="left"\n  colour="red">x</mj-text>')

    assert only(source) == Problem(
        file=FILE, line=7, field="<mj-text>", message='there is no attribute "colour"', hint='Did you mean "color"?'
    )


# What stands on line 5 of the page (or the line given), what is said about it, and a part of the cure.
IN_COLUMN = [
    ("<mj-txt>x</mj-txt>", "there is no tag <mj-txt>", "<mj-text>"),
    ("<MJ-TEXT>x</MJ-TEXT>", "there is no tag <MJ-TEXT>", "<mj-text>"),
    ("<mj-xyzzy>x</mj-xyzzy>", "there is no tag <mj-xyzzy>", "Remove"),
    ("<mj-text><stong>x</stong></mj-text>", "there is no tag <stong>", "<strong>"),
    ('<mj-text class="a">x</mj-text>', 'no attribute "class"', "css-class"),
    ('<mj-text style="color:red">x</mj-text>', 'no attribute "style"', "css-class"),
    ('<mj-text xyzzy="a">x</mj-text>', 'no attribute "xyzzy"', "takes: align, "),
    ('<mj-text color="rouge">x</mj-text>', '"rouge" is not a value for "color"', "a colour"),
    ('<mj-text color="1b6e53">x</mj-text>', '"1b6e53" is not a value', 'color="#1b6e53"'),
    ('<mj-text color="#12345">x</mj-text>', '"#12345" is not a value', "a colour"),
    ('<mj-text font-size="20">x</mj-text>', '"20" is not a value', 'font-size="20px"'),
    ('<mj-text font-size="1,5px">x</mj-text>', '"1,5px" is not a value', 'font-size="1.5px"'),
    ('<mj-text font-size="2em">x</mj-text>', '"2em" is not a value', "a number with px"),
    ('<mj-text padding="1px 2px 3px 4px 5px">x</mj-text>', "is not a value", "up to 4"),
    ('<mj-text align="centre">x</mj-text>', '"centre" is not a value', "center"),
    ('<mj-image src="a" alt="" fluid-on-mobile="yes" />', '"yes" is not a value', '"true" or "false"'),
    ('<mj-table cellpadding="4px"><tr><td>x</td></tr></mj-table>', '"4px" is not a value', "whole number"),
    ('<mj-text color="">x</mj-text>', '"" is not a value for "color"', "a colour"),
    ("<mj-text color>x</mj-text>", 'the attribute "color" has no value', 'color="…"'),
    ("<mj-text color=red>x</mj-text>", 'the value of "color" is not quoted', 'color="red"'),
    ('<mj-text color=red">x</mj-text>', 'the value of "color" is not quoted', 'color="red"'),
    ('<mj-text color="red>x</mj-text><mj-text align="left">y</mj-text>', "no closing quote", "Add the quote"),
    ('<mj-text color="red align="left">x</mj-text>', "no closing quote", "Add the quote"),
    ('<mj-text color="red"align="left">x</mj-text>', 'no space before the attribute "align"', "Add a space"),
    ('<mj-text color="red" color="blue">x</mj-text>', 'the attribute "color" stands twice', "Keep one"),
    ('<mj-text><b title="a" title="b">x</b></mj-text>', 'the attribute "title" stands twice', "Keep one"),
    ('<mj-text><b @click="a">x</b></mj-text>', '"@click" cannot be the name of an attribute', "letters"),
    ("<mj-section><mj-column></mj-column></mj-section>", "<mj-section> cannot stand in <mj-column>", "<mj-body>"),
    ("<mj-text><mj-button>x</mj-button></mj-text>", "<mj-button> cannot stand in <mj-text>", "<mj-column>"),
    ("<div>x</div>", "<div> cannot stand in <mj-column>", "<mj-text>"),
    ("<mj-social><mj-raw>x</mj-raw></mj-social>", "<mj-raw> cannot stand in <mj-social>", "<mj-body>"),
    ('<mj-image src="a" alt="">x</mj-image>', "<mj-image> holds nothing", "<mj-text>"),
    ("Bonjour à tous", 'the text "Bonjour à tous" stands loose', "<mj-text>"),
    ("<mj-text>x", "<mj-text> is never closed", "Add </mj-text>"),
    ('<mj-image src="a" alt="">', "<mj-image> is never closed", "<mj-image … />"),
    ("x</mj-text>", 'the text "x" stands loose', "<mj-text>"),
    ("</mj-text>", "</mj-text> closes nothing", "opening tag"),
    ("<mj-text>x</mj-button>", f"</mj-button> closes the <mj-text> of line 5 of {FILE}", "</mj-text>"),
    ("<mj-text>x</mj-txt>", "</mj-txt> closes the <mj-text>", "</mj-text>"),
    ("<mj-text><b>x</i></mj-text>", "</i> closes the <b>", "</b>"),
    ("<mj-text><b>x</mj-text>", "<b> is never closed", "</b>"),
    ("<mj-text>x</b></mj-text>", "</b> closes nothing", "Remove"),
    ("<mj-text>x<br>y</mj-text>", "<br> is not closed", "<br … />"),
    ("<mj-text>x<BR/>y</br></mj-text>", "<br> has no closing tag", "<br … />"),
    ("<mj-text><b>x</b bold></mj-text>", "a closing tag takes no attributes", "</b>"),
    ("<mj-text><b>x</b</mj-text>", '</b has no ">" at its end', "</b>"),
    ("<mj-text>a <3 b</mj-text>", 'a "<" that begins no tag', "&lt;"),
    ("<mj-text>{{ '<<contact.X>>'|safe }}</mj-text>", "<<contact.X>> stands raw", "{{ … }}"),
    ("<mj-button href=\"{{ '<<contact.X>>'|safe }}\">x</mj-button>", "<<contact.X>> stands raw", "{{ … }}"),
    ("<mj-text><![CDATA[x]]></mj-text>", "is not MJML", "Remove"),
    ("<mj-text><?php x ?></mj-text>", "is not MJML", "Remove"),
    ("<mj-text><!-- a -- b --></mj-text>", 'the comment holds "--"', "{# … #}"),
    ("<mj-divider><!-- x --></mj-divider>", "refuses a comment in <mj-divider>", "{# … #}"),
    ('<mj-image src="a" />', "no alternative text", 'alt=""'),
    ('<mj-text mj-class="a b">x</mj-text>', "more than one class in mj-class", "Keep one"),
    ('<mj-text mj-class="a">x</mj-text>', 'there is no mj-class "a"', "Define it"),
    ('<mj-text background-color="red">x</mj-text>', 'ignores "background-color"', "container-background-color"),
    ('<mj-table role="none"><tr><td>x</td></tr></mj-table>', 'ignores "role"', "Remove"),
    ('<mj-image src="a" alt="" border-top="1px solid red" />', 'ignores "border-top"', '"border"'),
    ('<mj-image src="a" alt="" sizes="100vw" />', 'ignores "sizes"', "Remove"),
    ('<mj-social border="1px solid red"></mj-social>', 'ignores "border"', "CSS"),
    (
        '<mj-social><mj-social-element name="x" alt="">x</mj-social-element></mj-social>',
        "loaded from a foreign host",
        "src",
    ),
    ("<mj-accordion></mj-accordion>", "loaded from a foreign host", "icon-wrapped-url, icon-unwrapped-url"),
    ('<mj-carousel left-icon="l"></mj-carousel>', "loaded from a foreign host", "own: right-icon"),
]


@pytest.mark.parametrize(("content", "message", "hint"), IN_COLUMN, ids=[case[0] for case in IN_COLUMN])
def test_fault_in_a_column_is_named_with_its_line(content: str, message: str, hint: str) -> None:
    found = problems(in_column(content))

    assert found, "no fault seen"
    assert (found[0].file, found[0].line) == (FILE, 5)
    assert message in found[0].message
    assert hint in found[0].hint


IN_BODY = [
    ("<mj-text>x</mj-text>", "<mj-text> cannot stand in <mj-body>", "<mj-column>"),
    ("<mj-wrapper><mj-column></mj-column></mj-wrapper>", "<mj-column> cannot stand in <mj-wrapper>", "<mj-section>"),
    ('<mj-section gutter="8px"></mj-section>', 'ignores "gutter"', "padding-left"),
    ('<mj-wrapper gap="8px"></mj-wrapper>', 'ignores "gap"', "padding-top"),
    ('<mj-section background-url="a.png"></mj-section>', "Outlook needs VML", "<mj-image>"),
    ('<mj-wrapper background-url="a.png"></mj-wrapper>', "Outlook needs VML", "<mj-image>"),
    ('<mj-section padding="8px"></mj-section>', "forgets the left and right", 'padding-left="8px"'),
    (
        '<mj-wrapper padding="1px 15px 2px"></mj-wrapper>',
        "forgets the left and right",
        'padding-top="1px" padding-right="15px" padding-bottom="2px" padding-left="15px"',
    ),
    (
        '<mj-section><mj-column padding="0 0 0 9px"></mj-column></mj-section>',
        "forgets the left and right",
        'padding-left="9px"',
    ),
    ("<mj-hero></mj-hero>", "<mj-hero> comes out wrong in Outlook", "<mj-section>"),
    ('<mj-include path="a.mjml" />', "<mj-include> cannot be used", "{% include"),
    ("</mj-body><mj-body>", "a second <mj-body>", "Keep one"),
    (
        '<mj-section><mj-column width="60%" /><mj-column width="50%" /></mj-section>',
        "its columns take 110 % (60% + 50%) of its width",
        "100 %",
    ),
    (
        '<mj-section><mj-column width="60%" /><mj-column /></mj-section>',
        "its columns take 110 % (60% + 50%)",
        "without a width",
    ),
    (
        '<mj-section><mj-column width="33.34%" /><mj-column width="33.34%" /><mj-column width="33.34%" /></mj-section>',
        "its columns take 100.02 %",
        "100 %",
    ),
    (
        '<mj-section padding-left="50px" padding-right="10%"><mj-column width="550px" /></mj-section>',
        "its columns take 112.245 % (550px)",
        "100 %",
    ),
    (
        '<mj-section><mj-group width="9px"><mj-column width="6px" /><mj-column width="4px" /></mj-group></mj-section>',
        "its columns take 111.111 % (6px + 4px)",
        "100 %",
    ),
]


@pytest.mark.parametrize(("content", "message", "hint"), IN_BODY, ids=[case[0] for case in IN_BODY])
def test_fault_in_the_body_is_named_with_its_line(content: str, message: str, hint: str) -> None:
    found = only(in_body(content))

    assert (found.file, found.line) == (FILE, 5)
    assert message in found.message
    assert hint in found.hint


IN_HEAD = [
    ('<mj-style inline="inline">a { color: red }</mj-style>', "does not inline <mj-style>", "CSS file"),
    ('<mj-font name="Lato" href="https://fonts.example/" />', "call a foreign host", "fonts that readers have"),
    ("<mj-html-attributes></mj-html-attributes>", "refuses <mj-html-attributes>", "<mj-raw>"),
    ("<mj-title><b>x</b></mj-title>", "<b> cannot stand in <mj-title>", "<mj-text>"),
    ("<mj-title>a</mj-title><mj-title>b</mj-title>", "a second <mj-title>", "Keep one"),
    ('<mj-breakpoint width="30em" />', '"30em" is not a value', "px"),
    ("<mj-preview>a<!-- x --></mj-preview>", "refuses a comment in <mj-preview>", "{# … #}"),
    ("<mj-attributes><!-- x --></mj-attributes>", "refuses a comment in <mj-attributes>", "{# … #}"),
    ('<mj-attributes><mj-text colr="red" /></mj-attributes>', 'no attribute "colr"', '"color"'),
    ('<mj-attributes><mj-all xyzzy="red" /></mj-attributes>', 'no attribute "xyzzy"', "takes"),
    ('<mj-attributes><mj-class color="red" /></mj-attributes>', "this <mj-class> has no name", "name="),
    ('<mj-attributes><mj-class name="a" colr="red" /></mj-attributes>', 'no attribute "colr"', '"color"'),
    ('<mj-attributes><mj-section padding="9px" /></mj-attributes>', "forgets the left and right", "padding-left"),
    ('<mj-attributes><mj-all padding="0 9px" /></mj-attributes>', "forgets the left and right", "padding-left"),
    ("<mj-attributes><mj-text>x</mj-text></mj-attributes>", "<mj-text> holds nothing", "{# … #}"),
]


@pytest.mark.parametrize(("content", "message", "hint"), IN_HEAD, ids=[case[0] for case in IN_HEAD])
def test_fault_in_the_head_is_named_with_its_line(content: str, message: str, hint: str) -> None:
    found = only(in_head(content))

    assert (found.file, found.line) == (FILE, 5)
    assert message in found.message
    assert hint in found.hint


ACCEPTED = [
    in_body('<mj-section padding="8px 0"></mj-section>'),
    in_body('<mj-section padding="1px 2px" padding-left="2px" padding-right="2px"></mj-section>'),
    in_body('<mj-section padding="0px 0.0% 4px"></mj-section>'),
    in_body("<mj-section><mj-column /><mj-column /><mj-column /></mj-section>"),
    in_body('<mj-section><mj-column width="33.33%" /><mj-column width="66.67%" /></mj-section>'),
    in_column('<mj-image src="a" alt="" />'),
    in_column('<mj-text mj-class="">a > b &nbsp; & c</mj-text>'),
    in_column('<mj-text><img src="a" alt="x < y" /><o:p>x</o:p><B>x</b></mj-text>'),
    in_column("<mj-text color='red'>x</mj-text>"),
    in_column('<mj-text><input disabled /><b class = "x"\n>x</b ></mj-text>'),
    in_column("<mj-text><!--[if !mso]><!--><b>x</b><!--<![endif]--></mj-text>"),
    in_column("<mj-social><mj-social-element>no picture</mj-social-element></mj-social>"),
    in_column("{# <mj-txt> #}{% if false %}<mj-txt>{% endif %}"),
]


@pytest.mark.parametrize("source", ACCEPTED)
def test_unusual_and_right_is_accepted(source: str) -> None:
    assert problems(source) == []


def test_class_with_horizontal_padding_is_a_fault_where_a_section_uses_it() -> None:
    page = in_body('<mj-section mj-class="wide"></mj-section>')
    definition = '<mj-attributes><mj-class name="wide" padding="0 20px" /></mj-attributes>'
    page = page.replace("<mj-head>", f"<mj-head>{definition}")

    assert "forgets the left and right" in only(page).message
    assert only(page).line == 5
    assert problems(page.replace("mj-section", "mj-text")) != [only(page)]


def test_width_and_icons_may_come_from_the_defaults() -> None:
    half = '<mj-attributes><mj-column width="50%" /></mj-attributes>'
    page = in_body('<mj-section><mj-column /><mj-column width="60%" /></mj-section>')

    assert "110 %" in only(page.replace("<mj-head>", f"<mj-head>{half}")).message

    icons = '<mj-attributes><mj-accordion icon-wrapped-url="a" icon-unwrapped-url="b" /></mj-attributes>'
    page = in_body("<mj-section><mj-column><mj-accordion></mj-accordion></mj-column></mj-section>")

    assert problems(page.replace("<mj-head>", f"<mj-head>{icons}")) == []


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("\n<mjml>\n</mjml>\n", 2, "there is no <mj-body>"),
        ("\n<mj-body></mj-body>", 2, "<mj-body> cannot stand in the page outside <mjml>"),
        ("<mjml><mj-body></mj-body></mjml>\nBonjour", 2, 'the text "Bonjour" stands loose'),
        ("Bonjour", 1, 'the text "Bonjour" stands loose'),
        ("<?xml version='1.0'?>\n<mjml><mj-body></mj-body></mjml>", 1, "is not MJML"),
        ("<!DOCTYPE mjml>\n<mjml><mj-body></mj-body></mjml>", 1, "is not MJML"),
        ("<mjml>\n<mj-body>", 1, "<mjml> is never closed"),
        ("<mjml>\n<mj-body>\n<!-- a\n</mj-body>\n</mjml>", 3, "the comment is never closed"),
    ],
)
def test_fault_of_the_page_as_a_whole(source: str, line: int, message: str) -> None:
    found = problems(source)

    assert message in found[0].message
    assert found[0].line == line


def test_all_faults_are_reported_at_once_in_document_order() -> None:
    source = in_column('<mj-text colr="red">x<br></mj-text>\n<mj-image src="a">\nloose\n<mj-buton>x</mj-buton>')

    assert [problem.line for problem in problems(source)] == [5, 5, 6, 6, 7, 8]


def test_fault_printed_by_a_loop_is_reported_once() -> None:
    assert len(problems(in_column('{% for i in (1, 2, 3) %}<mj-text colr="red">x</mj-text>{% endfor %}'))) == 1


def test_fault_in_an_included_template_is_reported_there() -> None:
    source = in_column('{% include "block.mjml" %}\n<mj-text algn="left">x</mj-text>')

    found = problems(source, block="<mj-text>\n  x\n</mj-text>\n<mj-divider\n  colour='red' />\n")

    assert [(problem.file, problem.line) for problem in found] == [("block.mjml", 5), (FILE, 6)]


def test_fault_printed_by_an_expression_is_reported_on_its_line() -> None:
    source = in_column('<mj-text>\n  a\n  {{ "<p>b<i>c</p>"|safe }}\n  <p>d</p>\n</mj-text>')

    assert only(source).line == 7


def test_page_without_marks_is_reported_with_its_own_lines() -> None:
    found = mjml_check.validate("<mjml>\n<mj-body>\n<mj-txt />\n</mj-body>\n</mjml>")

    assert (found[0].file, found[0].line) == ("(rendered MJML)", 3)
