"""New workspaces and new issues."""

from __future__ import annotations

import codecs
import json
import re
import shutil
from pathlib import Path

from apes_mailer.errors import ApesMailerError, IssueError, UsageError
from apes_mailer.model.issue import json_schema
from apes_mailer.reading.issue import parse_issue
from apes_mailer.workspace import SETTINGS_FILE, Workspace, bundled, check_name

SCHEMA_FILE = "issue.schema.json"
_SCHEMA_LINE = f"# yaml-language-server: $schema=../../{SCHEMA_FILE}\n".encode()

_IGNORED = """\
# apes-mailer: never in git are real people, secrets, the database, rehearsals.
/contacts/
*.csv
*.tsv
*.xls
*.xlsx
*.ods
*.vcf
*.eml
/secret.key
/.env
/mailer.db*
/outbox/
/published/
/build/
/.cache/
"""

_STAFF = "EMAIL;PRENOM;NOM\ncollegue@example.org;Camille;Exemple\n"

_TEMPLATES_README = """\
Your own themes go here, one folder each. The built-in themes need no copy: a folder with the name of a built-in theme
changes only the files that it holds, for example apes/theme.toml for other colours: copy the whole file and change the
copy. `apes-mailer themes` lists the themes that an issue can name, and says where the built-in ones are.
"""

STARTER_NAME = "premier-numero"


def init(folder: Path) -> Workspace:
    """Make a workspace. Raises ``UsageError`` when the folder already is one or holds files of these names."""
    folder = folder.resolve()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", hint="Choose a new or an empty folder.")
    if (folder / SETTINGS_FILE).exists():
        raise UsageError(f"{folder} already is a workspace.", hint="Choose another folder, or use this one as it is.")
    taken = [name for name in ("campaigns", "templates", "contacts") if (folder / name).exists()]
    if taken:
        raise UsageError(
            f"{folder} already has {', '.join(taken)}; nothing was changed.", hint="Choose an empty or a new folder."
        )
    workspace = Workspace(folder)
    for path in (folder, workspace.campaigns, workspace.templates, workspace.contacts):
        path.mkdir(parents=True, exist_ok=True)
    (workspace.contacts / "staff.csv").write_text(_STAFF, encoding="utf-8")
    (workspace.templates / "README.txt").write_text(_TEMPLATES_README, encoding="utf-8")
    _ignore_in_git(folder / ".gitignore")
    _copy_issue(bundled("starter"), workspace.campaigns / STARTER_NAME)
    write_schema(workspace)
    workspace.secret()
    # Last: a folder with settings is a workspace, and a half-made one should not look like it.
    shutil.copyfile(bundled("starter") / SETTINGS_FILE, workspace.settings_file)
    return workspace


def _ignore_in_git(file: Path) -> None:
    before = file.read_bytes() if file.exists() else b""
    if _IGNORED.encode() not in before:
        gap = b"" if not before or before.endswith(b"\n") else b"\n"
        file.write_bytes(before + gap + _IGNORED.encode())


def write_schema(workspace: Workspace) -> Path:
    """Write the JSON Schema that editors use while an issue is typed."""
    # Not in campaigns/, where every name is the name of a campaign.
    path = workspace.root / SCHEMA_FILE
    path.write_text(json.dumps(json_schema(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def new_issue(workspace: Workspace, name: str, *, source: str | None, correction: bool = False) -> Path:
    """Make an issue from the starter, or from an earlier issue with its pictures; return its file.

    As a ``correction`` it says so: it will go to those who got the source.

    Raises ``UsageError`` when the name is taken or the source does not exist.
    """
    check_name(name, "campaign")
    folder = workspace.campaigns / name
    if folder.exists():
        hint = workspace.misnamed_issue(name) or "Choose another name."
        raise UsageError(f"{workspace.shown(folder)} already exists; nothing was changed.", hint=hint)
    line = f'correction_of: "{source}"  # goes to those who got that letter, and to nobody else\n' if correction else ""
    _copy_issue(workspace.campaign(source, to_copy=True) if source else bundled("starter"), folder, line)
    write_schema(workspace)
    return folder / "issue.yaml"


def still_to_change(workspace: Workspace, file: Path) -> list[str]:
    """Return what a copy of an issue says as its source does, and should not: its place, its field and its words.

    Nothing when the issue cannot be read: then its faults are the first thing to look at.
    """
    shown = workspace.shown(file)
    try:
        parsed = parse_issue(file.read_text(encoding="utf-8-sig"), shown=shown)
    except (IssueError, UnicodeDecodeError):
        return []
    fields = {name: getattr(parsed.issue, name) for name in ("subject", "preheader", "title", "date")}
    return [f"{shown}:{parsed.line(name)} {name}: {value}" for name, value in fields.items() if value is not None]


def _copy_issue(source: Path, target: Path, first_line: str = "") -> None:
    """Copy an issue with its pictures; whom it corrects is said by ``first_line``, and not taken over."""
    try:
        text = (source / "issue.yaml").read_bytes().removeprefix(codecs.BOM_UTF8)
        text = re.sub(rb"\A# yaml-language-server:.*\n", b"", text)
        text = _SCHEMA_LINE + first_line.encode() + re.sub(rb"(?m)^correction_of:.*(?:\n|\Z)", b"", text)
        (target / "images").mkdir(parents=True)
        for picture in (source / "images").rglob("*"):
            copy = target / picture.relative_to(source)
            if picture.is_dir():
                copy.mkdir(exist_ok=True)
            else:
                shutil.copyfile(picture, copy)  # not its rights: an installed program may be read-only
        (target / "issue.yaml").write_bytes(text)
    except OSError as error:
        raise ApesMailerError(
            f"{target} cannot be made: {error.strerror or error}", hint="Check the rights of the folder."
        ) from error
