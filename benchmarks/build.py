"""Building the sample letter, beside npm's mjml command on the same MJML; the start of the command line; the README.

python -m benchmarks.build      (needs npm, to install mjml into a temporary folder)
"""

from __future__ import annotations

import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from apes_mailer.campaign.pictures import Renditions
from apes_mailer.pictures.cache import PictureCache
from apes_mailer.reading.issue import load_issue
from apes_mailer.render import html
from apes_mailer.render.letter import Letter, render
from apes_mailer.render.theme import compile_theme
from apes_mailer.wiring import Application, application
from benchmarks import common
from benchmarks.common import REPOSITORY, apes_mailer, row

NAME = "2025-07"
_FIRST_CHECK = f"""
import pathlib, time
from apes_mailer.wiring import application
live = application(pathlib.Path.cwd())
started = time.perf_counter()
live.compose("{NAME}")
print(time.perf_counter() - started)
"""


def timed(times: int, work: Callable[[], object]) -> float:
    """Return the median milliseconds of doing something again, after a first time."""
    work()
    found: list[float] = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)


def built(live: Application) -> Letter:
    """Build the sample letter as every command does, and check nothing but what it cannot be built with."""
    workspace, cache = live.workspace, PictureCache(live.workspace.picture_cache)
    loaded = load_issue(workspace.campaign(NAME), shown="issue.yaml", cache=cache)
    rendered = render(
        loaded.issue, workspace.theme(loaded.issue.theme), live.settings.sender.identity(), loaded.pictures
    )
    return Renditions(loaded, cache).named(rendered)


def first_command(folder: Path) -> float:
    """Return the seconds of the README's first command line in a clean clone; pip may use its cache."""
    clone = folder / "clone"
    common.command(["git", "clone", "--quiet", str(REPOSITORY), str(clone)], cwd=folder)
    line = re.findall(
        r"^```sh\n(.*?)\n```", (clone / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )[0]
    return common.command(["sh", "-c", line], cwd=clone, alone=True).seconds


def check_of(articles: int, folder: Path) -> float:
    """Return the seconds that a fresh process takes to build and check the sample letter with so many articles."""
    workspace = folder / "long"
    shutil.copytree(REPOSITORY / "campaigns" / NAME, workspace / "campaigns" / NAME)
    shutil.copyfile(REPOSITORY / "apes-mailer.toml", workspace / "apes-mailer.toml")
    issue = workspace / "campaigns" / NAME / "issue.yaml"
    text, head = issue.read_text(encoding="utf-8"), "      - title: "
    last = text[text.rindex(head) :]
    more = (last.replace(head, f"{head}{number}. ") for number in range(text.count(head), articles))
    issue.write_text(text + "".join(more), encoding="utf-8")
    python = [sys.executable, "-c", _FIRST_CHECK]
    return statistics.median(float(common.command(python, cwd=workspace).out) for _ in range(5))


def in_process(live: Application) -> tuple[float, float, float]:
    """Return the milliseconds of the build, of the build with its checks, and of the way from MJML to inlined HTML."""
    composition = live.compose(NAME)
    assert built(live).mjml == composition.letter.mjml
    css = compile_theme(composition.theme, composition.loaded.issue.language).css
    mjml = re.sub(r"<<([^<>]+)>>", r"[\1]", composition.letter.mjml)  # the engine reads no merge tags, only their slots
    return (
        timed(30, lambda: built(live)),
        timed(30, lambda: live.compose(NAME)),
        timed(30, lambda: html.from_mjml(mjml, css)),
    )


def main() -> None:
    """Run and print the table."""
    if shutil.which("npm") is None:
        sys.exit("npm is not installed; its mjml is what this is compared with.")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        apes_mailer("build", NAME, "--out", str(folder / "letter"), cwd=REPOSITORY)
        common.command(
            ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "mjml@5"], cwd=folder
        )
        peer = str(folder / "node_modules" / ".bin" / "mjml")
        arguments = [peer, str(folder / "letter" / "issue.mjml"), "-o", str(folder / "peer.html")]
        theirs = statistics.median(common.command(arguments, cwd=folder).seconds for _ in range(5)) * 1000
        helped = statistics.median(apes_mailer("--help", cwd=folder).seconds for _ in range(9)) * 1000
        readme = first_command(folder)
        checked = check_of(20, folder)
        weight = (folder / "letter" / "issue.html").stat().st_size
    ours, checked_too, compiled = in_process(application(REPOSITORY))
    print("| what | measured | wanted |\n| --- | --- | --- |")
    row("sample letter: load, render, inline, warm", f"{ours:.0f} ms", "<= 50 ms")
    row("of that, from its MJML to inlined HTML", f"{compiled:.0f} ms")
    row("the same letter built and checked, warm", f"{checked_too:.0f} ms")
    slower = f"{theirs / compiled:.0f} times slower than from there, {theirs / ours:.0f} times than the whole build"
    row("npm mjml 5 command on the same MJML", f"{theirs:,.0f} ms: {slower}", ">= 20 times")
    row("sample letter, HTML", f"{weight / 1000:.1f} kB", "<= 70 kB")
    row("the letter with 20 articles: load, render, inline, check, for the first time", f"{checked:.2f} s", "<= 1 s")
    row("the README's first command line, in a clean copy", f"{readme:.0f} s", "< 60 s")
    row("apes-mailer --help", f"{helped:.0f} ms", "<= 200 ms")


if __name__ == "__main__":
    main()
