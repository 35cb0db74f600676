"""Draw the sample pictures: SVG scenes in, JPEG and PNG files out.

    python tools/sample_pictures/draw.py            # all of them
    python tools/sample_pictures/draw.py edito      # those whose name contains "edito"

A scene is named after the picture it makes: ``2025-07/edito.jpg.svg`` becomes ``edito.jpg`` in the images of the
campaign 2025-07. Scenes share ``parts.svg`` (people, trees, things) and ``palette.css`` (colours). Needs Chromium
and Pillow; nothing is fetched from the network.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
DESTINATIONS = {
    "2025-07": ROOT / "campaigns/2025-07/images",
    "starter": ROOT / "apes_mailer/_bundled/starter/images",
}
OVERSAMPLING = 2
QUALITY = 75
COLOURS = 96
"""In a PNG; the flat scenes have fewer colours than that, apart from the smoothed edges."""


def page(scene: str) -> str:
    """Return an HTML page that shows nothing but the scene, at the top left corner."""
    css = (HERE / "palette.css").read_text(encoding="utf-8")
    parts = (HERE / "parts.svg").read_text(encoding="utf-8")
    layout = "body{margin:0} svg{display:block} body>svg:first-of-type{position:absolute;width:0;height:0}"
    return f"<!doctype html><meta charset='utf-8'><style>{layout}{css}</style>{parts}{scene}"


def size(scene: str) -> tuple[int, int]:
    """Return width and height of the picture, in pixels; raises ``ValueError`` when the scene does not say them."""
    match = re.search(r'<svg [^>]*?width="(\d+)" height="(\d+)"', scene)
    if match is None:
        raise ValueError('the first tag of the scene lacks width="…" height="…"')
    return int(match[1]), int(match[2])


def rasterise(scene: str) -> Image.Image:
    """Return the scene as Chromium paints it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("Chromium is not installed; it is what draws the pictures.")
    width, height = size(scene)
    with tempfile.TemporaryDirectory() as folder:
        source, shot = Path(folder, "scene.html"), Path(folder, "shot.png")
        source.write_text(page(scene), encoding="utf-8")
        # The window is taller than the scene: newer versions take the height of their toolbar off it.
        flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"]
        flags += [f"--window-size={width},{height + 200}", f"--force-device-scale-factor={OVERSAMPLING}"]
        flags += [f"--user-data-dir={folder}/profile", f"--screenshot={shot}", source.as_uri()]
        subprocess.run([chromium, *flags], check=True, capture_output=True, timeout=120)
        painted = Image.open(shot).convert("RGB").crop((0, 0, width * OVERSAMPLING, height * OVERSAMPLING))
    return painted.reduce(OVERSAMPLING)


def draw(source: Path) -> Path:
    """Draw one scene and return the picture's path."""
    folder = DESTINATIONS[source.parent.name]
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / source.stem
    picture = rasterise(source.read_text(encoding="utf-8"))
    if target.suffix == ".png":
        flat = picture.quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE)
        flat.save(target, optimize=True)
    else:
        picture.save(target, quality=QUALITY, optimize=True, progressive=True)
    return target


def main(wanted: list[str]) -> None:
    """Draw the scenes whose names contain one of the words, or all of them."""
    for source in sorted(HERE.glob("*/*.svg")):
        if not wanted or any(word in source.name for word in wanted):
            target = draw(source)
            print(f"{target.stat().st_size / 1000:6.1f} kB  {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main(sys.argv[1:])
