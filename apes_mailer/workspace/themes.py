"""Reading themes: a theme's own files over those of the theme that it extends, over the base that all share."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from apes_mailer.errors import Problem, ThemeError
from apes_mailer.model.theme import Theme, ThemeFile

_SUFFIXES = {".mjml", ".txt", ".toml", ".css"}


def load(name: str, roots: tuple[Path, Path]) -> Theme:
    """Return a theme; ``roots`` are the folder of own themes, which win, and that of the built-in ones.

    Raises ``ThemeError`` when there is no such theme, or a file of it is not UTF-8.
    """
    files: dict[str, ThemeFile] = {}
    for layer in _layers(name, roots):
        files |= _files(layer)
    return Theme(name=name, files=files)


def names(roots: Iterable[Path]) -> list[str]:
    """Return the names of all themes in these folders, sorted."""
    return sorted({path.parent.name for root in roots for path in root.glob("*/theme.toml")})


def _layers(name: str, roots: tuple[Path, Path]) -> list[Path]:
    layers: list[Path] = []
    seen: list[str] = []
    wanted: str | None = name
    while wanted:
        here = [root / wanted for root in dict.fromkeys(roots)]
        here = [folder for folder in here if folder.is_dir()]
        if not here or wanted in seen:
            raise _no_theme(wanted, seen, roots)
        seen.append(wanted)
        layers += here
        wanted = next((base for folder in here if (base := _extends(folder))), None)
    return [roots[1] / "base", *reversed(layers)]


def _no_theme(name: str, extended_by: list[str], roots: tuple[Path, Path]) -> ThemeError:
    message = f'there is no theme "{name}"'
    hint = f"Themes here: {', '.join(names(roots))}."
    if name in extended_by:
        message = f'the theme "{name}" extends itself'
    if extended_by:
        hint = f'Correct the line "extends" in templates/{extended_by[-1]}/theme.toml.'
    problem = Problem(message=message, file=f"templates/{name}", hint=hint)
    return ThemeError(f"The theme {(extended_by or [name])[0]} cannot be used.", [problem])


def _files(folder: Path) -> dict[str, ThemeFile]:
    files: dict[str, ThemeFile] = {}
    for path in sorted(folder.rglob("*")):
        if path.suffix in _SUFFIXES and path.is_file():
            name = path.relative_to(folder).as_posix()
            shown = f"templates/{folder.name}/{name}"
            try:
                files[name] = ThemeFile(path=shown, text=path.read_text(encoding="utf-8"))
            except UnicodeDecodeError as error:
                problem = Problem(message="is not UTF-8 text", file=shown, hint="Save the file as UTF-8.")
                raise ThemeError(f"The theme {folder.name} cannot be read.", [problem]) from error
    return files


def _extends(folder: Path) -> str | None:
    file = folder / "theme.toml"
    if not file.is_file():
        return None
    try:
        base = tomllib.loads(file.read_text(encoding="utf-8")).get("extends")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None  # reported with its line when the theme is compiled
    return base if isinstance(base, str) else None
