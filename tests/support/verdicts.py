"""What checkers of others say of pages: that of the W3C, and axe."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser

from tests.support import external
from tests.support.browsing import shown

_BROKEN = "broken"  # a page with a fault, which shows that the checker has looked
_VNU, _AXE = "26.9.27", "4.14.1"

_RUN = """async (off) => {
    const rules = Object.fromEntries(off.map((rule) => [rule, { enabled: false }]));
    const found = await axe.run({ rules });
    const missed = [...found.violations, ...found.incomplete];
    const faults = missed.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html}`));
    return { faults, passed: found.passes.map((rule) => rule.id) };
}"""


def axe(browser: Browser, html: str, *, dark: bool, off: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the ``faults`` of a page, and the rules that it ``passed``; the rules named in ``off`` do not count."""
    with shown(browser, html, dark=dark) as page:
        page.add_script_tag(path=external.npm_package("axe-core", _AXE) / "axe.min.js")
        return page.evaluate(_RUN, list(off))


def vnu_folder() -> str:
    """Return the folder with the command ``vnu``."""
    return str(external.npm_package("vnu-jar", _VNU).parent / ".bin")


def w3c(pages: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the errors of pages by their names; the checker takes seconds to start, so it is started once."""
    java = external.program("java", "default-jre-headless")
    jar = external.npm_package("vnu-jar", _VNU) / "build" / "dist" / "vnu.jar"
    found: dict[str, list[str]] = {name: [] for name in [*pages, _BROKEN]}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**pages, _BROKEN: "<p></div>"}.items():
            (Path(folder) / f"{name}.html").write_text(text, encoding="utf-8")
        command = [java, "-Xss4m", "-jar", str(jar), "--format", "json", "--stdout", "--exit-zero-always", folder]
        report = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    for message in report["messages"]:
        if message["type"] != "info":
            found[Path(message["url"]).stem].append(f"{message['message']} at: {message.get('extract', '')}")
    assert found.pop(_BROKEN), "the checker looked at nothing"
    return found
