"""The pictures of the README are those that the command makes, and are light."""

from __future__ import annotations

import re

from tests.support.cli import REPOSITORY
from tools.screenshots import README

HEAVIEST = 150_000  # bytes


def test_readme_shows_the_pictures_that_the_command_makes() -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(docs/images/([^)]+)\)", page)
    assert shown == list(README)
    assert "python -m tools.screenshots --readme" in page
    weights = {name: (REPOSITORY / "docs" / "images" / name).stat().st_size for name in shown}
    assert all(weight <= HEAVIEST for weight in weights.values()), weights


def test_readme_is_short_before_its_links() -> None:
    page = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert page.split("\n").index("## More") <= 80
