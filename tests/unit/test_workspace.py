"""The workspace: where things are, and what is said when they are not."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args, get_origin

import pytest
from pydantic import BaseModel

from apes_mailer import settings
from apes_mailer import workspace as workspaces
from apes_mailer.campaign import starter
from apes_mailer.errors import ContactsError, SettingsError, ThemeError, UsageError
from apes_mailer.reading.issue import parse_issue
from apes_mailer.settings import Check, Send, SendGridSettings, Serve, Settings
from apes_mailer.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with settings only."""
    (tmp_path / "apes-mailer.toml").write_text("", encoding="utf-8")
    for name in ("campaigns", "contacts", "templates"):
        (tmp_path / name).mkdir()
    return Workspace(tmp_path.resolve())


def _campaign(workspace: Workspace, name: str) -> None:
    (workspace.campaigns / name).mkdir()
    (workspace.campaigns / name / "issue.yaml").write_text("", encoding="utf-8")


def test_workspace_is_found_from_any_folder_inside(workspace: Workspace) -> None:
    assert workspaces.find(workspace.root) == workspaces.find(workspace.campaigns) == workspace


def test_folder_outside_of_any_workspace_is_told_how_to_become_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        workspaces.find(tmp_path)
    assert "is not a workspace" in caught.value.message
    assert "apes-mailer init" in caught.value.hint


def test_folder_that_does_not_exist_is_no_way_into_the_workspace_around_it(workspace: Workspace) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        workspaces.find(workspace.root / "typo")


def test_paths_inside_are_shown_short_and_others_whole(workspace: Workspace) -> None:
    assert workspace.shown(workspace.contacts / "staff.csv") == "contacts/staff.csv"
    assert workspace.shown(Path("/elsewhere/x.csv")) == str(Path("/elsewhere/x.csv"))


def test_unknown_campaign_names_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(UsageError) as caught:
        workspace.campaign("2027-01")
    assert "none yet" in caught.value.hint
    _campaign(workspace, "2027-02")
    _campaign(workspace, "2027-03")
    with pytest.raises(UsageError) as caught:
        workspace.campaign("2027-01")
    assert "Campaigns here: 2027-02, 2027-03." in caught.value.hint
    assert workspace.campaign("2027-02") == workspace.campaigns / "2027-02"


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", "été", "-x", ".x", "a b", "x" * 81, "a\n", "CON:"])
def test_name_that_is_no_file_name_everywhere_is_refused(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a campaign"):
        workspace.campaign(name)
    with pytest.raises(UsageError, match="cannot be the name of a list"):
        workspace.list_file(name)


def test_list_is_found_by_its_file(workspace: Workspace) -> None:
    assert workspace.list_file("amis") is None
    (workspace.contacts / "amis.tsv").write_text("EMAIL\n", encoding="utf-8")
    assert workspace.list_file("amis") == workspace.contacts / "amis.tsv"


def _tables(workspace: Workspace, *names: str) -> None:
    for name in names:
        (workspace.contacts / name).write_text("EMAIL\n", encoding="utf-8")


def test_lists_are_files_of_tables_whatever_the_case_of_their_suffix(workspace: Workspace) -> None:
    _tables(workspace, "staff.csv", "Adherents.CSV", "amis.tsv", "amis.txt", ".cache.csv", "notes.md", "été.csv")
    (workspace.contacts / "dossier.csv").mkdir()
    assert workspace.list_files() == {
        "Adherents": workspace.contacts / "Adherents.CSV",
        "amis": workspace.contacts / "amis.tsv",
        "staff": workspace.contacts / "staff.csv",
    }
    assert workspace.list_file("Adherents") == workspace.contacts / "Adherents.CSV"
    assert workspace.list_file("dossier") is None


def test_file_whose_name_no_list_can_have_comes_with_the_name_to_give_it(workspace: Workspace) -> None:
    _tables(workspace, "Adhérents 2027.CSV", "staff.csv")
    (cure,) = workspace.unusable_lists()
    assert cure.startswith("contacts/Adhérents 2027.CSV cannot be named")
    assert cure.endswith("rename it to Adherents-2027.csv")
    with pytest.raises(UsageError) as caught:
        workspace.list_file("Adhérents 2027")
    assert "contacts/Adhérents 2027.CSV has a name that no list can have" in caught.value.message
    assert caught.value.hint == "Rename the file to Adherents-2027.csv, and call the list Adherents-2027."


@pytest.mark.parametrize("name", ["ana@exemple.fr", "ana@exemple"])
def test_address_instead_of_a_list_is_told_where_it_goes(workspace: Workspace, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        workspace.list_file(name)
    assert "is an address" in caught.value.message
    assert caught.value.hint == ("Write the name of a list, not an address; put the address into contacts/staff.csv.")


def test_path_of_a_list_is_answered_with_its_name(workspace: Workspace) -> None:
    _tables(workspace, "amis.csv")
    with pytest.raises(UsageError) as caught:
        workspace.list_file("contacts/amis.csv")
    assert caught.value.hint == "Write: amis"


@pytest.mark.parametrize("suffix", ["xlsx", "ods", "XLS", "vcf", "tsv"])
def test_every_kind_of_table_is_a_list(workspace: Workspace, suffix: str) -> None:
    _tables(workspace, f"amis.{suffix}", f"~$amis.{suffix}")
    assert workspace.list_file("amis") == workspace.contacts / f"amis.{suffix}"
    assert workspace.unusable_lists() == []


def test_spreadsheet_beside_the_table_saved_from_it_is_a_second_list_of_that_name(workspace: Workspace) -> None:
    _tables(workspace, "amis.csv", "amis.xlsx")
    with pytest.raises(ContactsError) as caught:
        workspace.list_file("amis")
    assert "contacts/amis.csv and contacts/amis.xlsx" in caught.value.message


@pytest.mark.parametrize("suffix", ["numbers", "docx", "PDF"])
def test_document_comes_with_the_way_to_make_a_list_of_it(workspace: Workspace, suffix: str) -> None:
    _tables(workspace, f"Adhérents.{suffix}", "amis.csv", f"amis.{suffix}")
    said = (
        f"contacts/Adhérents.{suffix} is no list that can be read: open it and save its table as "
        "contacts/Adherents.csv with File > Save as > CSV UTF-8."
    )
    assert workspace.unusable_lists() == [said]
    assert workspace.other_document("Adhérents") == workspace.other_document(f"Adhérents.{suffix}") == said
    assert workspace.other_document("inconnus") == ""


def test_archive_comes_with_the_way_to_import_it(workspace: Workspace) -> None:
    _tables(workspace, "audience.zip")
    command = "apes-mailer contacts import contacts/audience.zip --list audience"
    assert workspace.unusable_lists() == [f"contacts/audience.zip is a ZIP file, not a list: {command}"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Adhérents 2027", "Adherents-2027"),
        ("cœur/élan", "coeur-elan"),
        ("__x__", "x"),
        ("日本", "adherents"),
        ("a" * 90, "a" * 80),
    ],
)
def test_nearest_name_can_be_used(text: str, name: str) -> None:
    assert workspaces.usable_name(text, "list") == name
    assert workspaces.check_name(name, "list") == name


@pytest.mark.parametrize(
    "typed", ["campaigns/2027-02", "campaigns/2027-02/", "./2027-02", "campaigns\\2027-02\\issue.yaml"]
)
def test_path_of_a_campaign_is_answered_with_its_name(workspace: Workspace, typed: str) -> None:
    _campaign(workspace, "2027-02")
    with pytest.raises(UsageError) as caught:
        workspace.campaign(typed)
    assert "is a path" in caught.value.message
    assert caught.value.hint == "Write: 2027-02"


def _unknown(workspace: Workspace, name: str, *, to_copy: bool = False) -> UsageError:
    with pytest.raises(UsageError, match=f'There is no campaign "{name}"') as caught:
        workspace.campaign(name, to_copy=to_copy)
    return caught.value


@pytest.mark.parametrize("file", ["issue.yml", "Issue.YAML", "lettre.yaml", "issue.yaml.txt", "issue.txt"])
def test_issue_under_another_name_comes_with_the_name_to_give_it(workspace: Workspace, file: str) -> None:
    folder = workspace.campaigns / "vide"
    folder.mkdir()
    (folder / file).write_text("subject: x\n", encoding="utf-8")
    assert _unknown(workspace, "vide").hint == f"Rename campaigns/vide/{file} to issue.yaml."
    with pytest.raises(UsageError) as caught:
        starter.new_issue(workspace, "vide", source=None)
    assert caught.value.hint == f"Rename campaigns/vide/{file} to issue.yaml."


def test_folder_without_an_issue_is_not_told_to_be_made_again(workspace: Workspace) -> None:
    (workspace.campaigns / "vide").mkdir()
    hint = _unknown(workspace, "vide").hint
    assert hint == "Put an issue.yaml there, or delete the folder, then: apes-mailer new vide"


def test_name_of_a_campaign_with_a_slip_comes_with_the_nearest(workspace: Workspace) -> None:
    _campaign(workspace, "Rentree")
    _campaign(workspace, "noel")
    assert _unknown(workspace, "rentre").hint.startswith("Did you mean Rentree? Campaigns here: Rentree, noel.")
    assert "apes-mailer new rentre" in _unknown(workspace, "rentre").hint
    assert _unknown(workspace, "xyz").hint.startswith("Campaigns here")


def test_campaign_to_copy_is_not_told_to_be_made_first(workspace: Workspace) -> None:
    _campaign(workspace, "rentree")
    assert _unknown(workspace, "rentre", to_copy=True).hint == "Did you mean rentree? Campaigns here: rentree."


def test_campaign_whose_folder_no_command_can_name_comes_with_the_name_to_give_it(workspace: Workspace) -> None:
    _campaign(workspace, "Lettre de juin")
    with pytest.raises(UsageError) as caught:
        workspace.campaign("Lettre de juin")
    assert caught.value.hint == "Rename it to campaigns/Lettre-de-juin"


def test_two_files_for_one_list_are_both_named(workspace: Workspace) -> None:
    for suffix in ("csv", "txt"):
        (workspace.contacts / f"amis.{suffix}").write_text("EMAIL\n", encoding="utf-8")
    with pytest.raises(ContactsError) as caught:
        workspace.list_file("amis")
    assert "contacts/amis.csv and contacts/amis.txt" in caught.value.message
    assert caught.value.hint


def test_secret_is_made_once(workspace: Workspace) -> None:
    secret = workspace.secret()
    assert len(secret) == 32
    assert workspace.secret() == secret


def test_several_programs_at_once_make_one_secret(workspace: Workspace) -> None:
    program = "import sys; from apes_mailer.workspace import find; from pathlib import Path; "
    program += "sys.stdin.read(); print(find(Path(sys.argv[1])).secret().hex())"
    command = [sys.executable, "-c", program, str(workspace.root)]
    running = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {process.communicate("")[0].strip() for process in running}
    assert said == {workspace.secret().hex()}
    assert [path.name for path in workspace.root.iterdir() if "secret" in path.name] == ["secret.key"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
def test_secret_is_for_its_owner_only_whatever_the_mask(workspace: Workspace) -> None:
    before = os.umask(0)
    try:
        workspace.secret()
    finally:
        os.umask(before)
    assert stat.S_IMODE(workspace.secret_file.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "abc", "g" * 64, "0" * 63, "0" * 65, "é" * 64])
def test_damaged_secret_is_never_replaced(workspace: Workspace, text: str) -> None:
    workspace.secret_file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        workspace.secret()
    assert "secret.key is damaged" in caught.value.message
    assert "backup" in caught.value.hint
    assert workspace.secret_file.read_text(encoding="utf-8") == text


def test_themes_are_the_built_in_ones_and_those_of_the_workspace(workspace: Workspace) -> None:
    assert workspace.theme_names() == ["apes", "sobre"]
    (workspace.templates / "maison").mkdir()
    (workspace.templates / "maison" / "theme.toml").write_text('extends = "apes"\n', encoding="utf-8")
    assert workspace.theme_names() == ["apes", "maison", "sobre"]


def test_own_file_takes_the_place_of_the_built_in_one(workspace: Workspace) -> None:
    (workspace.templates / "apes").mkdir()
    (workspace.templates / "apes" / "gap.mjml").write_text("<!-- mine -->", encoding="utf-8")
    theme = workspace.theme("apes")
    assert theme.files["gap.mjml"].text == "<!-- mine -->"
    assert theme.files["letter.mjml"].text


def test_unknown_theme_names_those_there_are(workspace: Workspace) -> None:
    with pytest.raises(ThemeError) as caught:
        workspace.theme("appes")
    assert 'there is no theme "appes"' in str(caught.value)
    assert "Themes here: apes, sobre." in str(caught.value)


def _theme(workspace: Workspace, name: str, text: str) -> None:
    (workspace.templates / name).mkdir()
    (workspace.templates / name / "theme.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("base", "said", "file"),
    [
        ("nulle-part", 'there is no theme "nulle-part"', "maison"),
        ("maison", 'the theme "maison" extends itself', "maison"),
        ("grange", 'the theme "maison" extends itself', "grange"),
        ("cave", 'there is no theme "nulle-part"', "cave"),
    ],
)
def test_theme_that_extends_nothing_or_itself_is_reported(
    workspace: Workspace, base: str, said: str, file: str
) -> None:
    _theme(workspace, "maison", f'extends = "{base}"\n')
    _theme(workspace, "grange", 'extends = "maison"\n')
    _theme(workspace, "cave", 'extends = "nulle-part"\n')
    with pytest.raises(ThemeError) as caught:
        workspace.theme("maison")
    assert "The theme maison cannot be used" in caught.value.message
    assert said in str(caught.value)
    assert f'Correct the line "extends" in templates/{file}/theme.toml.' in str(caught.value)


def test_theme_file_in_another_encoding_is_named(workspace: Workspace) -> None:
    (workspace.templates / "apes").mkdir()
    (workspace.templates / "apes" / "gap.mjml").write_bytes(b"\xe9t\xe9")
    with pytest.raises(ThemeError, match=r"templates/apes/gap\.mjml"):
        workspace.theme("apes")


def test_new_workspace_has_a_letter_to_begin_with(tmp_path: Path) -> None:
    made = starter.init(tmp_path / "a" / "b")
    assert made.campaign_names() == [starter.STARTER_NAME]
    assert made.list_file("staff") == made.contacts / "staff.csv"
    assert workspaces.find(made.root) == made


def _leaves(model: type[BaseModel]) -> set[str]:
    found: set[str] = set()
    for name, info in model.model_fields.items():
        kind = get_args(info.annotation)[1] if get_origin(info.annotation) is Mapping else info.annotation
        found |= _leaves(kind) if isinstance(kind, type) and issubclass(kind, BaseModel) else {name}
    return found


def test_settings_of_a_new_workspace_name_every_setting_and_keep_the_defaults(tmp_path: Path) -> None:
    file = starter.init(tmp_path).settings_file
    text = file.read_text(encoding="utf-8")
    as_made = settings.load(file, {})
    assert (as_made.send, as_made.serve, as_made.sendgrid, as_made.check) == (
        Send(),
        Serve(),
        SendGridSettings(),
        Check(),
    )
    file.write_text(re.sub(r"(?m)^# (?=\[|\w+ = )", "", text), encoding="utf-8")
    all_in_use = settings.load(file, {})
    assert (all_in_use.send, all_in_use.serve, all_in_use.check) == (Send(), Serve(), Check())
    assert all_in_use.sender.social[0].name == "Mastodon"
    # The names of segments are one's own; the section stands for them.
    named = set(re.findall(r"(?m)^(?:# )?(\w+) = ", text)) | set(re.findall(r"(?m)^# \[(segments)\]", text))
    free = {"link", *all_in_use.segments}
    assert named - free == _leaves(Settings) - {*settings.SECRETS, "social"}


def test_half_made_workspace_does_not_look_like_one(tmp_path: Path) -> None:
    (tmp_path / "contacts").write_text("a file", encoding="utf-8")
    with pytest.raises(UsageError, match="already has contacts"):
        starter.init(tmp_path)
    assert not (tmp_path / "apes-mailer.toml").exists()
    assert not (tmp_path / "campaigns").exists()


def test_new_workspace_keeps_the_gitignore_that_is_there_and_adds_what_git_must_not_see(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log", encoding="utf-8")
    starter.init(tmp_path)
    lines = (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "*.log"
    assert {"/contacts/", "/secret.key", "/mailer.db*", "/outbox/"} <= set(lines)


def test_new_issue_from_another_takes_its_pictures_and_text(tmp_path: Path) -> None:
    made = starter.init(tmp_path)
    source = made.campaigns / starter.STARTER_NAME
    (source / "images" / "sous").mkdir()
    (source / "images" / "sous" / "b.jpg").write_bytes(b"b")
    (source / "issue.yaml").write_bytes(b"\xef\xbb\xbf# yaml-language-server: $schema=old\r\nsubject: \xe9\r\n")
    path = starter.new_issue(made, "2027-02", source=starter.STARTER_NAME)
    assert path.read_bytes() == b"# yaml-language-server: $schema=../../issue.schema.json\nsubject: \xe9\r\n"
    assert sorted(picture.name for picture in path.parent.rglob("*.jpg")) == ["b.jpg", "semis.jpg"]
    schema = (path.parent / "../../issue.schema.json").resolve()
    assert schema == made.root / "issue.schema.json"
    assert schema.is_file()


def test_copy_of_an_issue_names_what_should_not_stay_as_it_is(tmp_path: Path) -> None:
    made = starter.init(tmp_path)
    source = made.campaigns / starter.STARTER_NAME / "issue.yaml"
    text = "\nsubject: 'Juin : la fête'\npreheader: Venez\ndate: 2027-06-01\nblocks:\n  - type: divider\n"
    source.write_text(text, encoding="utf-8")
    path = starter.new_issue(made, "2027-07", source=starter.STARTER_NAME)
    assert starter.still_to_change(made, path) == [
        "campaigns/2027-07/issue.yaml:3 subject: Juin : la fête",
        "campaigns/2027-07/issue.yaml:4 preheader: Venez",
        "campaigns/2027-07/issue.yaml:5 date: 2027-06-01",
    ]
    path.write_text("subject: [\n", encoding="utf-8")
    assert starter.still_to_change(made, path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize("end", ["", "\n", "\r\n"], ids=["none", "LF", "CRLF"])
@pytest.mark.parametrize("correction", [True, False])
def test_whom_an_issue_corrects_is_not_taken_over(tmp_path: Path, end: str, *, correction: bool) -> None:
    made = starter.init(tmp_path)
    source = made.campaigns / starter.STARTER_NAME / "issue.yaml"
    source.write_bytes(source.read_bytes() + f"correction_of: 2026-12{end}".encode())
    copied = starter.new_issue(made, "2027-02", source=starter.STARTER_NAME, correction=correction)
    issue = parse_issue(copied.read_text(encoding="utf-8"), shown="issue.yaml").issue
    assert issue.correction_of == (starter.STARTER_NAME if correction else None)


def test_new_issue_can_be_written_when_its_source_cannot(tmp_path: Path) -> None:
    made = starter.init(tmp_path)
    folder = made.campaigns / starter.STARTER_NAME / "images"
    (folder / "semis.jpg").chmod(0o400)
    folder.chmod(0o500)
    copied = starter.new_issue(made, "2027-02", source=starter.STARTER_NAME).parent / "images"
    folder.chmod(0o700)
    assert (copied.stat().st_mode | (copied / "semis.jpg").stat().st_mode) & stat.S_IWUSR
    assert copied.stat().st_mode & stat.S_IWUSR


def test_existing_issue_is_never_written_over(tmp_path: Path) -> None:
    made = starter.init(tmp_path)
    with pytest.raises(UsageError, match="already exists; nothing was changed"):
        starter.new_issue(made, starter.STARTER_NAME, source=None)
    with pytest.raises(UsageError, match="There is no campaign"):
        starter.new_issue(made, "2027-02", source="2026-02")
    assert made.campaign_names() == [starter.STARTER_NAME]
