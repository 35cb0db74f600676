"""Letters keep their bytes: a change of a template or a library shows what it does to them, file by file.

After a change that is meant, ``pytest --rewrite-goldens`` writes the files anew; the diff is for review.
"""

from __future__ import annotations

import pytest

from tests.support.goldens import FOLDER, GOLDENS, KINDS, Golden


@pytest.mark.parametrize("golden", GOLDENS.values(), ids=list(GOLDENS))
def test_letter_has_the_bytes_that_were_reviewed(golden: Golden, pytestconfig: pytest.Config) -> None:
    rendered = golden.rendered()
    if pytestconfig.getoption("rewrite_goldens"):
        FOLDER.mkdir(exist_ok=True)
        for kind, text in rendered.items():
            golden.path(kind).write_bytes(text.encode())
    for kind, text in rendered.items():
        kept = golden.path(kind).read_bytes().decode()
        assert text.split("\n") == kept.split("\n"), f"{golden.path(kind).name} (--rewrite-goldens when it is meant)"


def test_no_golden_file_is_left_of_a_letter_that_is_gone() -> None:
    kept = {path.name for path in FOLDER.iterdir()}
    assert kept == {golden.path(kind).name for golden in GOLDENS.values() for kind in KINDS}
