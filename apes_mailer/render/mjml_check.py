"""The MJML validator: every fault of a theme with the line of the template that printed it.

The engine that compiles MJML writes an unknown tag into the letter as it is, drops a misspelt attribute, and takes any
nesting, without a word. This module says them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from apes_mailer.errors import Problem
from apes_mailer.render import css_check, html_rules
from apes_mailer.render import mjml_rules as rules
from apes_mailer.render import mjml_widths as widths
from apes_mailer.render.mjml_elements import Open, called
from apes_mailer.render.mjml_marks import MarkIndex, Place, mark_lines, strip_marks
from apes_mailer.render.mjml_schema import HTML, VOID_HTML, Component, Content, components
from apes_mailer.render.mjml_tokens import Comment, Fault, Tag, Text, tokens

__all__ = ["MarkIndex", "Place", "mark_lines", "strip_marks", "validate"]

_UNMARKED = "(rendered MJML)"
_ONCE = frozenset({"mjml", "mj-head", "mj-body", "mj-title", "mj-preview", "mj-breakpoint"})
_REFUSE_COMMENTS = frozenset({"mj-accordion-element", "mj-attributes", "mj-carousel"})


def validate(marked_mjml: str, classes: frozenset[str] | None = None) -> list[Problem]:
    """Return every fault of a page of MJML, in document order, each once for a line of a template.

    ``classes`` are those that elements of a letter can have, if known. The page carries the marks of ``mark_lines``;
    where it has none, the line is that of the page itself. Never raises.
    """
    mjml, index = strip_marks(marked_mjml)
    problems: dict[Problem, None] = {}
    for fault in sorted(_Walk(mjml, index, classes).faults(), key=lambda fault: fault.offset):
        place = index.at(fault.offset) or Place(_UNMARKED, mjml.count("\n", 0, fault.offset) + 1)
        problem = Problem(message=fault.message, file=place.file, line=place.line, field=fault.field, hint=fault.hint)
        problems[problem] = None
    return list(problems)


class _Walk:
    """One way through a page, from the first tag to the last."""

    def __init__(self, mjml: str, index: MarkIndex, css_classes: frozenset[str] | None) -> None:
        self._mjml = mjml
        self._css_classes = css_classes
        self._index = index
        self._components = components()
        self._faults: list[Fault] = []
        self._page = Open("", 0, Content.ELEMENTS)
        self._open = [self._page]
        self._seen: dict[str, int] = {}
        self._defaults: dict[str, Mapping[str, str]] = {}
        self._classes: dict[str, Mapping[str, str]] = {}

    def faults(self) -> list[Fault]:
        for token in tokens(self._mjml):
            match token:
                case Tag(closing=True):
                    self._close(token)
                case Tag():
                    self._begin(token)
                case Text():
                    self._text(token)
                case Comment():
                    self._comment(token)
                case Fault():
                    self._faults.append(token)
        for element in reversed(self._open[1:]):
            self._never_closed(element)
        self._missing()
        return self._faults

    def _fault(self, offset: int, message: str, hint: str, tag: str = "") -> None:
        self._faults.append(Fault(offset, message, hint, f"<{tag}>" if tag else ""))

    # What opens

    def _begin(self, tag: Tag) -> None:
        component = self._components.get(tag.name)
        known = component is not None or tag.name in HTML or tag.name.lower() in HTML or ":" in tag.name
        if not known:
            meant = rules.meant_tag(tag.name)
            hint = f"Did you mean <{meant}>?" if meant else "Remove it, or use a tag of MJML."
            self._fault(tag.offset, f"there is no tag <{tag.name}>", hint)
            component = self._components.get(meant)
        for again in tag.attributes.repeated:
            offset = tag.offset_of(again.offset)
            self._fault(offset, f'the attribute "{again.name}" stands twice', "Keep one of them.", tag.name)
        if component:
            self._begin_component(tag, component)
        else:
            self._begin_html(tag, known=known)

    def _begin_html(self, tag: Tag, *, known: bool) -> None:
        parent = self._open[-1]
        misplaced = known and parent.content is not Content.HTML and not parent.lenient
        if misplaced:
            hint = "HTML goes into <mj-text>, <mj-table> or <mj-raw>."
            self._fault(tag.offset, f"<{tag.name}> cannot stand in {called(parent)}", hint)
        for fault in html_rules.attribute_faults(tag.name, tag.attributes):
            self._faults.append(fault._replace(offset=tag.offset_of(fault.offset)))
        if known and not parent.lenient:
            self._html_nesting(tag)
        if tag.name.lower() in VOID_HTML:
            if not tag.self_closing:
                self._fault(tag.offset, f"<{tag.name}> is not closed", f"Write <{tag.name} … />.")
        elif not tag.self_closing:
            lenient = misplaced or not known or parent.lenient
            self._open.append(Open(tag.name, tag.offset, Content.HTML, lenient))

    def _html_nesting(self, tag: Tag) -> None:
        """Note a fault of nesting at the element around it: when that was never closed, it is told of that alone."""
        around: dict[str, Open] = {}
        for element in reversed(self._open):
            around.setdefault(element.tag or element.name.lower(), element)
            if element.component:
                break
        if wrong := html_rules.nesting_fault(tag.name.lower(), list(around)):
            message, hint, name = wrong
            around[name].misplaced.append(Fault(tag.offset, message, hint))

    def _begin_component(self, tag: Tag, component: Component) -> None:
        self._close_forgotten(component, tag.offset)
        parent = self._open[-1]
        in_attributes = parent.tag == "mj-attributes"
        self._nesting(tag, component, parent)
        faults = rules.attribute_faults(component.name, tag.attributes)
        for fault in faults:
            self._faults.append(fault._replace(offset=tag.offset_of(fault.offset)))
        own = tag.attributes.values
        attributes = self._define(tag, component.name, own) if in_attributes else self._use(tag, component, own)
        if component.name in widths.COLUMNS and parent.tag in widths.ROWS:
            parent.columns += (widths.UNKNOWN if faults else attributes.get("width", ""),)
        element = Open(
            tag.name,
            tag.offset,
            Content.NOTHING if in_attributes else component.content,
            component=component,
            tag=component.name,
            width=None if faults else widths.inside(component.name, attributes, parent.width),
        )
        if not tag.self_closing:
            self._open.append(element)

    def _nesting(self, tag: Tag, component: Component, parent: Open) -> None:
        name = component.name
        if name in rules.BANNED:
            self._fault(tag.offset, *rules.BANNED[name])
        elif not parent.takes(component):
            places = " or ".join(f"<{place}>" for place in component.parents)
            hint = f"It goes into {places}." if places else "It encloses the whole page."
            self._fault(tag.offset, f"<{name}> cannot stand in {called(parent)}", hint)
        elif name in _ONCE and name in self._seen:
            self._fault(tag.offset, f"a second <{name}>; only one counts", "Keep one.")
        self._seen.setdefault(name, tag.offset)

    def _define(self, tag: Tag, name: str, own: Mapping[str, str]) -> Mapping[str, str]:
        """Note a default, or a class, of ``<mj-attributes>``."""
        if name == "mj-class":
            if "name" not in own:
                self._fault(tag.offset, "this <mj-class> has no name", 'Add name="…".')
            self._classes[own.get("name", "")] = own
        else:
            self._defaults[name] = own
            self._padding(tag, name, own)
        return own

    def _use(self, tag: Tag, component: Component, own: Mapping[str, str]) -> Mapping[str, str]:
        """Check an element with what it inherits, and return all its attributes."""
        name = component.name
        used = own.get("mj-class", "")
        if used and used not in self._classes and len(used.split()) == 1:
            meant = rules.did_you_mean(used, tuple(self._classes))
            hint = f'Did you mean "{meant}"?' if meant else "Define it with <mj-class> in <mj-attributes>."
            self._fault(tag.offset, f'there is no mj-class "{used}"', hint, name)
        near = {**self._classes.get(used, {}), **own} if used else own
        self._padding(tag, name, near)
        attributes = (
            {**self._defaults.get("mj-all", {}), **self._defaults.get(name, {}), **near} if self._defaults else near
        )
        missing = rules.missing_attribute(name, own, attributes)
        if missing and own.keys() <= component.attributes.keys():  # else it may be there, misspelt
            self._fault(tag.offset, *missing, name)
        return attributes

    def _padding(self, tag: Tag, name: str, attributes: Mapping[str, str]) -> None:
        if fault := rules.horizontal_shorthand(name, attributes):
            self._fault(tag.offset, *fault, name)

    # What closes

    def _close(self, tag: Tag) -> None:
        top = self._open[-1]
        if top is not self._page and top.ends_with(tag.name):
            self._end()
        elif tag.name.lower() in VOID_HTML:
            self._fault(tag.offset, f"<{tag.name}> has no closing tag", f"Write <{tag.name} … />, and nothing more.")
        elif any(element.ends_with(tag.name) for element in self._open[1:]):
            while not self._open[-1].ends_with(tag.name):
                self._never_closed(self._open[-1])
                self._end()
            self._end()
        elif top is not self._page and not self._closes_later(tag.offset + 1):
            opened = self._index.at(top.offset)
            where = f" of line {opened.line} of {opened.file}" if opened else ""
            self._fault(tag.offset, f"</{tag.name}> closes the <{top.name}>{where}", f"Write </{top.tag or top.name}>.")
            self._end()
        else:
            self._fault(tag.offset, f"</{tag.name}> closes nothing", "Remove it, or add the opening tag.")

    def _close_forgotten(self, component: Component, offset: int) -> None:
        """Take an element as closed when what follows belongs to one around it, and no closing tag is to come."""
        while not self._open[-1].takes(component) and any(element.takes(component) for element in self._open):
            if self._closes_later(offset):
                return
            self._never_closed(self._open[-1])
            self._end()

    def _closes_later(self, offset: int) -> bool:
        """Tell whether the innermost element has a closing tag of its own before the one around it ends."""
        inner, outer = self._open[-1].name, self._open[-2].name
        waiting = {outer: 1, inner: 1}
        names = "|".join(re.escape(name) for name in waiting if name)
        for match in re.compile(rf"<(/?)({names})(?![-\w])([^<>]*)>?").finditer(self._mjml, offset):
            closing, name, rest = match.groups()
            if not closing and not rest.endswith("/"):
                waiting[name] += 1
            elif closing:
                waiting[name] -= 1
                if waiting[name] == 0:
                    return name == inner
        return False

    def _end(self) -> None:
        element = self._open.pop()
        self._faults += element.misplaced
        if element.columns and (total := widths.overflow(element.columns, element.width)):
            self._fault(
                element.offset,
                f"its columns take {total} of its width",
                "Make them 100 % together; columns without a width count as equal shares of the whole.",
                element.tag,
            )

    def _never_closed(self, element: Open) -> None:
        element.misplaced.clear()
        name = element.tag or element.name
        hint = f"Write <{name} … />." if element.content is Content.NOTHING else f"Add </{name}>."
        self._fault(element.offset, f"<{element.name}> is never closed", hint)

    # What stands between

    def _text(self, text: Text) -> None:
        parent = self._open[-1]
        if parent.tag == "mj-style":
            self._css(text)
        if parent.lenient or parent.content in (Content.HTML, Content.TEXT):
            return
        words = " ".join(text.text[:200].split())
        shown = f"{words[:40]}…" if len(words) > 40 else words
        holds = "holds nothing" if parent.content is Content.NOTHING else "holds elements only"
        hint = "Text goes into <mj-text>, <mj-button> or <mj-table>; remarks into {# … #}."
        self._fault(text.offset, f'the text "{shown}" stands loose; {called(parent)} {holds}', hint)

    def _css(self, text: Text) -> None:
        lines = text.text.split("\n")
        for fault in css_check.stylesheet_faults(text.text, self._css_classes):
            before = sum(len(line) + 1 for line in lines[: fault.line])
            self._fault(text.offset + before, fault.message, fault.hint, "mj-style")

    def _comment(self, comment: Comment) -> None:
        parent = self._open[-1]
        if parent.content in (Content.NOTHING, Content.TEXT) or parent.tag in _REFUSE_COMMENTS:
            hint = "Use a comment of the template: {# … #}."
            self._fault(comment.offset, f"the MJML engine refuses a comment in {called(parent)}", hint)

    def _missing(self) -> None:
        if not self._seen:
            self._fault(0, "there is no <mjml>", "Enclose the whole page in <mjml> … </mjml>.")
        elif "mjml" in self._seen and "mj-body" not in self._seen:
            self._fault(self._seen["mjml"], "there is no <mj-body>", "Put the sections into <mj-body> … </mj-body>.")
