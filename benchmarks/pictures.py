"""Making a photograph of 12 megapixels ready for mail, beside Pillow without its short cuts and beside npm's sharp.

python -m benchmarks.pictures      (needs npm, to install sharp into a temporary folder)
"""

from __future__ import annotations

import io
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from apes_mailer.pictures import making
from apes_mailer.pictures.kinds import Kind
from benchmarks import common
from benchmarks.common import row

_SIZE, _WIDTH, _TIMES = (4032, 3024), 1072, 7

_SHARP = """\
const sharp = require("sharp");
(async () => {
  const times = [];
  for (let i = 0; i < Number(process.argv[3]); i++) {
    const started = process.hrtime.bigint();
    const image = sharp(process.argv[2]).rotate().resize({width: Number(process.argv[4])});
    await image.jpeg({quality: 82, progressive: true}).toBuffer();
    times.push(Number(process.hrtime.bigint() - started) / 1e6);
  }
  console.log(times.sort((a, b) => a - b)[times.length >> 1]);
})();
"""


def photograph() -> bytes:
    """Return a photograph as a phone saves it: 12 megapixels, a few MB, taken with the phone on its side."""
    shapes = [_enlarged(Image.effect_noise((64, 48), 120)) for _ in range(3)]
    grain = _enlarged(Image.effect_noise((2016, 1512), 10)).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    file = io.BytesIO()
    Image.blend(Image.merge("RGB", shapes), grain, 0.5).save(file, "JPEG", quality=94, exif=exif)
    return file.getvalue()


def _enlarged(image: Image.Image) -> Image.Image:
    return image.resize(  # pyright: ignore[reportUnknownMemberType] - one of its types comes from numpy
        _SIZE, Image.Resampling.BICUBIC
    )


def ours(data: bytes) -> None:
    """Look into a new photograph and make its rendition."""
    making.looked_into(data, Kind.JPEG)
    making.made(data, Kind.JPEG, _WIDTH)


def plainly(data: bytes) -> None:
    """Do with Pillow what its tutorial does: all pixels decoded, turned, made smaller."""
    with Image.open(io.BytesIO(data)) as image:
        upright = image.transpose(Image.Transpose.ROTATE_270)
        upright.thumbnail((_WIDTH, 10_000), Image.Resampling.LANCZOS, reducing_gap=None)
        upright.save(io.BytesIO(), "JPEG", quality=82, progressive=True, optimize=True)


def milliseconds(work: Callable[[bytes], None], data: bytes) -> float:
    """Return the median of several runs."""
    found: list[float] = []
    for _ in range(_TIMES):
        started = time.perf_counter()
        work(data)
        found.append((time.perf_counter() - started) * 1000)
    return statistics.median(found)


def sharp(folder: Path, data: bytes) -> float:
    """Return the milliseconds of sharp (libvips), which uses every core, in a process that is running already."""
    common.command(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), "sharp@0.34"], cwd=folder
    )
    (folder / "photograph.jpg").write_bytes(data)
    (folder / "peer.cjs").write_text(_SHARP, encoding="utf-8")
    arguments = ["node", "peer.cjs", "photograph.jpg", str(_TIMES), str(_WIDTH)]
    return float(common.command(arguments, cwd=folder).out)


def main() -> None:
    """Run and print the table."""
    if shutil.which("npm") is None:
        sys.exit("npm is not installed; its sharp is what this is compared with.")
    data = photograph()
    made = making.made(data, Kind.JPEG, _WIDTH)
    with tempfile.TemporaryDirectory() as temporary:
        peer = sharp(Path(temporary), data)
    own, plain = milliseconds(ours, data), milliseconds(plainly, data)
    print("| what | measured | wanted |\n| --- | --- | --- |")
    row(f"a JPEG of 12 megapixels, {len(data) / 1e6:.1f} MB: looked into and made", f"{own:.0f} ms", "<= 300 ms")
    row("the same with Pillow, all pixels decoded", f"{plain:.0f} ms: {plain / own:.1f} times slower", "slower")
    row("the same with npm's sharp 0.34", f"{peer:.0f} ms: {own / peer:.1f} times faster", "")
    row("its rendition", f"{len(made.data) / 1000:.0f} kB", "<= 200 kB")


if __name__ == "__main__":
    main()
