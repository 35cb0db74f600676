"""One issue, several letters: who gets which, what is told before, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from apes_mailer.campaign import audience, build, prepare, starter, waiving
from apes_mailer.campaign.order import Order, Purpose
from apes_mailer.campaign.variants import MOST
from apes_mailer.check.catalogue import finding
from apes_mailer.cli import cards, orders
from apes_mailer.contacts import importing, lists
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.errors import ApesMailerError, CheckFailedError, LedgerError
from apes_mailer.ledger.freeze import AbsentValue, Frozen
from apes_mailer.model.finding import Finding
from apes_mailer.model.waiver import Waiver
from apes_mailer.wiring import Application
from tests.support import variants
from tests.support.told_provider import ToldProvider

NAME = "essai"


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Application:
    """A workspace with the letter of three variants, and a list for it as a file and in the store."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("APES_MAILER_PROVIDER", "APES_MAILER_PUBLIC_URL", "APES_MAILER_DATABASE_URL", "APES_MAILER_LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    workspace = starter.init(tmp_path / "lettre")
    variants.write_contacts(workspace.contacts / "gens.csv", 20)
    write(workspace.campaigns / NAME / "issue.yaml", variants.ISSUE)
    return Application(workspace)


def write(path: Path, issue: str) -> None:
    """Write an issue."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(issue, encoding="utf-8")


def issue_of(application: Application, old: str, new: str) -> None:
    """Change the issue in one place."""
    path = application.workspace.campaigns / NAME / "issue.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new))


def list_of(application: Application, *rows: str, name: str = "gens") -> None:
    """Write a list with the column Territoires."""
    people = [f"personne{number}@exemple.example;{row}" for number, row in enumerate(rows)]
    file = application.workspace.contacts / f"{name}.csv"
    file.write_text("\n".join(["EMAIL;Territoires;Adhérent", *people]) + "\n", encoding="utf-8")


def place(application: Application, purpose: Purpose = Purpose.SEND, list_name: str = "gens") -> Order:
    """Ask for the letter to go to a list, through the outbox."""
    outbox = application.provider("outbox")
    return Order(
        composition=application.compose(NAME),
        audience=audience.find(application.workspace, application.database, list_name),
        purpose=purpose,
        provider=outbox,
        envelope=application.envelope(outbox, list_name, subject_mark="[TEST] "),
        batch_size=3,
        actor="test",
    )


def survey(application: Application, list_name: str = "gens") -> Frozen:
    """What a send to the list would freeze."""
    return orders.survey_of(application, place(application, list_name=list_name))


def refusal(application: Application) -> list[tuple[str, int | None, str, str]]:
    """Rule, line, message and cure of what stops a send."""
    with pytest.raises(CheckFailedError) as caught:
        survey(application)
    return [(each.rule, each.line, each.message, each.hint) for each in caught.value.problems]


def test_each_variant_is_counted_with_its_own_digest(application: Application) -> None:
    frozen = survey(application)
    assert {each.variant: each.recipients for each in frozen.variants} == {
        "aisne": 4,
        "somme-abbeville": 8,
        "others": 8,
    }
    assert (frozen.recipients, frozen.batches) == (20, 2 + 3 + 3)
    shown = {each.variant.name: each.letter.template.digest for each in application.compose(NAME).variants.possible()}
    assert {each.variant: each.digest for each in frozen.variants} == shown, "what the preview shows is what is sent"


def test_letter_for_everybody_names_no_variant(application: Application) -> None:
    write(application.workspace.campaigns / NAME / "issue.yaml", variants.ISSUE.split("  - type: quote")[0])
    frozen = survey(application)
    assert (list(frozen.variants), frozen.batches) == ([], 7)


def test_card_names_each_variant_with_its_readers(application: Application) -> None:
    asked = place(application)
    card = cards.card(application, asked, orders.survey_of(application, asked))
    assert "20 in 8 requests" in card
    assert all(
        each in card for each in ("    aisne            4, ", "    somme-abbeville  8, ", "    others           8, ")
    )
    assert "never: nobody has seen exactly this letter" in card


def test_card_says_which_variants_nobody_has_seen(application: Application) -> None:
    tests = orders.each_variant(place(application, Purpose.TEST, "gens"))
    now = application.clock()
    for asked in tests[:2]:
        prepare.prepare(application.database, asked, application.keyring, application.instance, now, expected=20)
    with application.database.write() as connection:
        connection.exec_driver_sql("UPDATE batch SET state = 'submitted'")
    asked = place(application)
    card = cards.card(application, asked, orders.survey_of(application, asked))
    assert "not all of it: nobody has seen the variant others in a mailbox or in the outbox" in card


def test_test_hands_every_variant_to_each_colleague_marked_in_its_subject(application: Application) -> None:
    asked = orders.each_variant(place(application, Purpose.TEST, "staff"))
    marks = [(each.envelope.subject_mark, each.only.variant.name) for each in asked if each.only]
    assert marks == [
        ("[TEST aisne] ", "aisne"),
        ("[TEST somme-abbeville] ", "somme-abbeville"),
        ("[TEST others] ", "others"),
    ]
    surveys = [orders.survey_of(application, each) for each in asked]
    assert [[(each.variant, each.recipients) for each in one.variants] for one in surveys] == [
        [(name, 1)] for _, name in marks
    ]
    sent = {each.variant: each.digest for each in survey(application).variants}
    assert {one.variants[0].variant: one.variants[0].digest for one in surveys} == sent


def test_several_values_in_a_cell_make_a_variant_of_their_own(application: Application) -> None:
    list_of(application, "Aisne;", '"Aisne, Somme";', ";")
    found = survey(application).variants
    assert {each.variant for each in found} == {"aisne", "aisne+somme-abbeville", "others"}


def test_error_in_a_letter_that_only_several_values_make_blocks_the_send(application: Application) -> None:
    half = "Des mots, encore des mots. " * 2200
    issue_of(application, "Ces mots sont pour l’Aisne", f"Ces mots sont pour l’Aisne {half}")
    issue_of(application, "Cet article est pour la Somme", f"Cet article est pour la Somme {half}")
    list_of(application, "Aisne;", '"Aisne, Somme";', ";")
    asked = place(application)
    assert not asked.composition.errors()
    with pytest.raises(CheckFailedError, match="The checks found 1 error"):
        prepare.prepare(
            application.database, asked, application.keyring, application.instance, application.clock(), expected=3
        )


def test_waiver_holds_for_what_was_shown_and_not_for_a_letter_met_later(application: Application) -> None:
    composition = application.compose(NAME)
    waived = [Waiver(rule="picture-alt", because="it shows nothing")]
    shown, unseen = (
        finding("picture-alt.missing", f"blocks[{number}].images[0].alt", file="a.jpg") for number in (1, 2)
    )
    seen = replace(composition, findings=[shown])
    waiving.require_sound(seen, waived)
    waiving.require_sound(seen, waived, findings=[shown])
    with pytest.raises(CheckFailedError, match="1 error") as caught:
        waiving.require_sound(seen, waived, findings=[shown, unseen])
    assert "only some on the list get" in caught.value.hint


def test_finding_names_the_variants_that_it_is_about(application: Application) -> None:
    issue_of(application, "Ces mots sont pour l’Aisne", "Ces mots " + "sont nombreux. " * 6500)
    found = {each.rule: list(each.variants) for each in application.compose(NAME).findings}
    assert found["size"] == ["aisne"]


def test_finding_has_its_place_in_the_whole_issue(application: Application) -> None:
    issue_of(application, "Cet article est pour la Somme.", "Cet article a [un lien](#).")
    [found] = [each for each in application.compose(NAME).findings if each.rule == "link-empty"]
    assert found == Finding(
        name=found.name,
        severity=found.severity,
        field="blocks[2].articles[1].text",
        values=found.values,
        variants=("somme-abbeville",),
    )


def test_value_that_nobody_has_is_a_warning_while_another_of_its_part_is_met(application: Application) -> None:
    issue_of(application, "[Somme, Abbeville]", "[Somme, Oize]")
    absent = AbsentValue(
        field="blocks[2].articles[1].audience.territoire[1]", column="TERRITOIRE", value="Oize", meant="Oise"
    )
    assert survey(application).absent_values == [absent]
    [finding] = cards.unheard(survey(application))
    assert (finding.rule, finding.severity) == ("audience-value", "warning")


def test_part_that_nobody_gets_stops_the_send_with_the_nearest_value(application: Application) -> None:
    issue_of(application, "{territoire: Aisne}", "{territoire: Aine}")
    [(rule, line, message, cure)] = refusal(application)
    assert (rule, line) == ("audience-nobody", 8)
    assert "“Aine” in the column TERRITOIRE" in message
    assert "Did you mean Aisne?" in cure


def test_part_that_nobody_gets_stops_the_send_with_the_values_that_there_are(application: Application) -> None:
    issue_of(application, "{territoire: Aisne}", "{territoire: Vendée}")
    [(_, _, _, cure)] = refusal(application)
    assert "(ABBEVILLE, Aisne, Lille, Oise, somme)" in cure


@pytest.mark.parametrize("stored", [False, True], ids=["list kept as a file", "stored list"])
def test_column_that_the_list_does_not_have_stops_the_send_with_the_nearest_one(
    application: Application, *, stored: bool
) -> None:
    issue_of(application, "{territoire: Aisne}", "{teritoire: Aisne}")
    if stored:
        keep(application, "gens")
    [(rule, line, message, cure)] = refusal(application)
    assert (rule, line) == ("audience-nobody", 8)
    assert "anything in the column TERITOIRE" in message
    assert cure == "Did you mean TERRITOIRE? Columns of the list: PRENOM, TERRITOIRE."


def keep(application: Application, name: str) -> None:
    """Move a list that is kept as a file into the store."""
    path, at = application.workspace.contacts / f"{name}.csv", application.clock()
    with application.database.write() as connection, open_contacts_file(path, shown=path.name) as file:
        list_id = lists.find_or_add(connection, name, application.keyring, at)
        run = importing.Import(connection, application.keyring, lambda _: None, lambda _: None)
        run.run(file, importing.Source(path=path, list_id=list_id, at=at))
    path.unlink()


def test_columns_that_nobody_has_together_stop_the_send(application: Application) -> None:
    issue_of(application, "{territoire: Aisne}", "{territoire: Aisne, adherent: oui}")
    list_of(application, "Aisne;non", "Somme;oui")
    [(rule, _, message, _)] = refusal(application)
    assert rule == "audience-nobody"
    assert "“Aisne, oui” all at once" in message


def test_contact_for_whom_nothing_is_left_stops_the_send(application: Application) -> None:
    everybody = "  - type: editorial\n    text: Ce texte est pour tout le monde.\n"
    issue_of(application, everybody, "")
    issue_of(application, "      - title: Partout\n        text: Cet article est pour tout le monde.\n", "")
    assert "audience-empty" in [each.rule for each in application.compose(NAME).findings]
    [(rule, _, message, _)] = refusal(application)
    assert rule == "audience-empty"
    assert "TERRITOIRE: –" in message
    list_of(application, "Aisne;", "Somme;")
    assert {each.variant for each in survey(application).variants} == {"aisne", "somme-abbeville"}


def test_too_many_variants_stop_the_send(application: Application) -> None:
    blocks = "".join(
        f"  - type: quote\n    text: Pour {number}\n    audience: {{territoire: t{number}}}\n" for number in range(MOST)
    )
    write(
        application.workspace.campaigns / NAME / "issue.yaml", f"{variants.ISSUE.split('  - type: quote')[0]}{blocks}"
    )
    list_of(application, *(f"t{number};" for number in range(MOST)))
    assert len(survey(application).variants) == MOST
    list_of(application, *(f"t{number};" for number in range(MOST)), ";")
    [(rule, _, message, _)] = refusal(application)
    assert rule == "audience-variants"
    assert f"more than {MOST} different letters" in message


def test_tag_has_to_be_filled_for_those_only_whose_letter_has_it(application: Application) -> None:
    issue_of(application, "<<contact.PRENOM|chez vous>>", "<<contact.ADHERENT>>")
    list_of(application, "Aisne;oui", "Somme;", ";")
    assert survey(application).recipients == 3
    list_of(application, "Aisne;oui", "Aisne;", "Somme;")
    [(rule, line, message, _)] = refusal(application)
    assert (rule, line) == ("merge-tag-unfilled", 7)
    assert "1 contact has nothing in this field (personne1@exemple.example)" in message


def test_letter_sent_once_is_not_prepared_again_whatever_its_variants(application: Application) -> None:
    asked = place(application)
    now = application.clock()
    parts = (application.keyring, application.instance, now)
    prepare.prepare(application.database, asked, *parts, expected=20)
    with application.database.write() as connection:
        connection.exec_driver_sql("UPDATE campaign SET kind = 'send'")
        connection.exec_driver_sql("UPDATE batch SET state = 'submitted' WHERE no = 2")
    with pytest.raises(LedgerError, match="never prepared a second time"):
        prepare.prepare(application.database, replace(asked, provider=ToldProvider()), *parts, expected=20)


def test_build_writes_the_whole_letter_and_each_variant_beside_it(application: Application, tmp_path: Path) -> None:
    envelope = application.envelope(None, "staff")
    paths = build.build(application.compose(NAME), envelope, tmp_path / "out")
    stems = ["issue", "issue.aisne", "issue.somme-abbeville", "issue.others"]
    assert [path.name for path in paths] == [
        f"{stem}.{end}" for stem in stems for end in ("mjml", "html", "txt", "eml")
    ]
    said = {stem: (tmp_path / "out" / f"{stem}.txt").read_text(encoding="utf-8") for stem in stems}
    places = {stem: ("l’Aisne" in text, "la Somme" in text) for stem, text in said.items()}
    assert places == {
        "issue": (True, True),
        "issue.aisne": (True, False),
        "issue.somme-abbeville": (False, True),
        "issue.others": (False, False),
    }


def test_what_is_not_ready_leaves_nothing_prepared(application: Application) -> None:
    def disk_full() -> None:
        raise ApesMailerError("no room for a picture")

    parts = (application.keyring, application.instance, application.clock())
    with pytest.raises(ApesMailerError, match="no room"):
        prepare.prepare(application.database, place(application), *parts, expected=20, ready=disk_full)
    with application.database.read() as connection:
        assert not connection.exec_driver_sql("SELECT name FROM campaign").all()
