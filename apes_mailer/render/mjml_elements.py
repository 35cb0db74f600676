"""The elements around a place in a page of MJML."""

from __future__ import annotations

from dataclasses import dataclass, field

from apes_mailer.render.mjml_schema import Component, Content
from apes_mailer.render.mjml_tokens import Fault


@dataclass(slots=True)
class Open:
    """An element whose end has not come yet."""

    name: str
    offset: int
    content: Content
    lenient: bool = False  # a fault of the element itself was reported: what it holds is not its parent's fault
    component: Component | None = None
    tag: str = ""  # the MJML tag that is meant; empty for HTML
    width: float | None = None  # of the space for columns, in px
    columns: tuple[str, ...] = ()  # their widths, as written
    misplaced: list[Fault] = field(default_factory=list[Fault])  # of elements that it does not take

    def ends_with(self, name: str) -> bool:
        """Whether a closing tag of this name is its own."""
        return name in (self.name, self.tag) or (not self.component and name.lower() == self.name.lower())

    def takes(self, component: Component) -> bool:
        """Whether a component may stand right inside it."""
        if not self.name:
            return component.name == "mjml"
        return self.lenient or bool(self.component and component.name in self.component.children)


def called(element: Open) -> str:
    """Return an element as people are told of it."""
    return f"<{element.name}>" if element.name else "the page outside <mjml>"
