"""Rows of people who said no, as other services and spreadsheets mark them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from apes_mailer.contacts import opt_outs
from apes_mailer.contacts.consent_columns import Consent, ConsentColumns
from apes_mailer.contacts.file_format import open_contacts_file
from apes_mailer.contacts.rows import OptOut, Row
from apes_mailer.model.field import field_named
from apes_mailer.model.suppression import Cause

IMPORTED, BOUNCED, COMPLAINED = Cause.IMPORTED, Cause.BOUNCED, Cause.COMPLAINED


def _cause(header: str, written: str) -> str:
    marks = opt_outs.find([field_named(header)])
    found = marks.of([written]) if marks else None
    return found.cause if found else ""


@pytest.mark.parametrize(
    ("header", "written", "cause"),
    [
        ("Statut", "désinscrit", IMPORTED),
        ("Statut", "Désabonnée", IMPORTED),
        ("Status", "Unsubscribed", IMPORTED),
        ("Email marketing", "unsubscribed", IMPORTED),
        ("EMAIL_MARKETING", "Blacklisted", IMPORTED),
        ("Email marketing status", "Not subscribed", IMPORTED),
        ("Statut e-mail", "Hard bounce", BOUNCED),
        ("STATUS", "cleaned", BOUNCED),
        ("Status", "complained", COMPLAINED),
        ("BLACKLIST", "1", IMPORTED),
        ("emailBlacklisted", "true", IMPORTED),
        ("EMAIL_BLACKLISTED", "VRAI", IMPORTED),
        ("Liste noire", "oui", IMPORTED),
        ("Désinscrit", "x", IMPORTED),
        ("Désinscrit", "le 12 mars", IMPORTED),
        ("Désinscrit", "✓", IMPORTED),
        ("Désabonné(e)", "Oui", IMPORTED),
        ("Date de désinscription", "12/03/2026", IMPORTED),
        ("Opt-out", "yes", IMPORTED),
        ("No Bulk Emails (User Opt Out)", "1", IMPORTED),
        ("Ne plus contacter", "X", IMPORTED),
        ("Je ne souhaite pas recevoir la newsletter", "Oui", IMPORTED),
        ("opt_in", "non", IMPORTED),
        ("Opt-in", "FAUX", IMPORTED),
        ("OPT_IN", "0", IMPORTED),
        ("Newsletter", "Non", IMPORTED),
        ("Souhaitez-vous recevoir notre newsletter ?", "Non", IMPORTED),
        ("Abonné", "non", IMPORTED),
        ("UNSUB_TIME", "2025-04-01 10:11:12", IMPORTED),
        ("UNSUB_REASON", "NORMAL", IMPORTED),
        ("CLEAN_TIME", "2025-04-01 10:11:12", BOUNCED),
        ("Consentement", "Non", IMPORTED),
        ("Consent", "withdrawn", IMPORTED),
        ("Consentement", "refusé le 12/03", IMPORTED),
        ("Consentement", "retiré", IMPORTED),
        ("Consentement retiré le", "12/03/2026", IMPORTED),
        ("Souhaitez-vous recevoir notre lettre ?", "Non", IMPORTED),
        ("Souhaitez-vous recevoir nos actualités ?", "non merci", IMPORTED),
        ("Souhaitez-vous être tenu(e) informé(e) de nos activités ?", "Non", IMPORTED),
        ("Champ additionnel: J'accepte de recevoir des informations par mail", "Non", IMPORTED),
        ("J'accepte de recevoir des informations par mail et SMS", "Non", IMPORTED),
        ("Recevoir nos informations par courrier électronique", "Non", IMPORTED),
        ("Inscrit à la lettre", "Non", IMPORTED),
        ("Inscription newsletter", "pas intéressée", IMPORTED),
        ("RGPD", "Non", IMPORTED),
        ("Accord mailing", "Non", IMPORTED),
        ("Accord e-mail", "☐", IMPORTED),
        ("Lettre d'info", "❌", IMPORTED),
        ("Lettre", "Non (voir mail du 3 mars)", IMPORTED),
        ("Newsletter", "ne souhaite plus la recevoir", IMPORTED),
        ("Newsletter", "plus de mails", IMPORTED),
        ("Abonnement", "Non", IMPORTED),
        ("Autorisation mailing", "pas d'accord", IMPORTED),
        ("Refus mailing", "x", IMPORTED),
        ("Opposition", "oui", IMPORTED),
        ("STOP mail", "1", IMPORTED),
        ("Ne pas envoyer", "X", IMPORTED),
        ("À exclure", "oui", IMPORTED),
        ("Statut", "décédé", IMPORTED),
        ("Email invalide", "oui", BOUNCED),
    ],
)
def test_no_is_a_no_in_many_words(header: str, written: str, cause: str) -> None:
    assert _cause(header, written) == cause


@pytest.mark.parametrize(
    ("header", "written"),
    [
        ("Statut", "Salarié"),
        ("Statut", "adhérent"),
        ("Statut", "subscribed"),
        ("Statut", "inscrit"),
        ("Email marketing", "subscribed"),
        ("Désinscrit", ""),
        ("Désinscrit", "non"),
        ("Désinscrit", "-"),
        ("BLACKLIST", "0"),
        ("BLACKLIST", "FAUX"),
        ("Date de désinscription", "0000-00-00 00:00:00"),
        ("Lien de désinscription", "https://exemple.fr/u/1"),
        ("Désinscription", "https://exemple.fr/u/1"),
        ("Nombre de désinscriptions", "2"),
        ("SMS_BLACKLISTED", "1"),
        ("SMS opt-out", "oui"),
        ("Je ne souhaite pas recevoir la newsletter", "Non"),
        ("Opt-in", ""),
        ("Opt-in", "oui"),
        ("OPTIN_TIME", "2020-01-01 00:00:00"),
        ("OPTIN_IP", "192.0.2.1"),
        ("Newsletter", "mensuelle"),
        ("Note", "désinscrit de la piscine"),
        ("Ville", "Non"),
        ("Consentement", "non renseigné"),
        ("Consentement", "N/A"),
        ("Consentement", "✓"),
        ("Désinscrit", "☐"),
        ("Consentement SMS", "Non"),
        ("Consentement photo", "Non"),
        ("Autorisation droit à l'image", "Non"),
        ("Ne pas contacter par téléphone", "oui"),
        ("Souhaitez-vous recevoir un reçu fiscal par mail ?", "Non"),
        ("Souhaitez-vous recevoir les offres de nos partenaires ?", "Non"),
        ("Souhaitez-vous devenir bénévole ?", "Non"),
        ("Mail de bienvenue envoyé", "Non"),
        ("Inscrit par mail", "Non"),
        ("Refus de prélèvement", "oui"),
        ("Cotisation réglée", "Non"),
    ],
)
def test_other_words_say_nothing(header: str, written: str) -> None:
    assert _cause(header, written) == ""


@pytest.mark.parametrize(("written", "cause"), [("Refusé", None), ("Remboursé", None), ("désinscrit", Cause.IMPORTED)])
def test_status_beside_a_payment_is_that_of_the_payment(written: str, cause: Cause | None) -> None:
    marks = opt_outs.find(("STATUT", "MOYEN_DE_PAIEMENT"))
    assert marks is not None
    mark = marks.of((written, "Carte"))
    assert (mark and mark.cause) == cause


def test_worst_mark_counts_and_all_are_evidence() -> None:
    marks = opt_outs.find(["STATUT", "UNSUB_TIME", "PRENOM"])
    assert marks is not None
    assert marks.of(["plainte", "2025-04-01 10:11:12", "Ana"]) == opt_outs.Mark(
        COMPLAINED,
        dt.datetime(2025, 4, 1, 10, 11, 12, tzinfo=dt.UTC),
        "STATUT: plainte; UNSUB_TIME: 2025-04-01 10:11:12",
    )
    assert marks.of(["", "", "non"]) is None


def test_what_people_wrote_in_words_of_their_own_is_not_kept() -> None:
    marks = opt_outs.find(["UNSUB_REASON", "UNSUB_REASON_OTHER"])
    assert marks is not None
    assert marks.of(["NORMAL", "écrire à ana@exemple.fr"]) == opt_outs.Mark(
        IMPORTED, None, "UNSUB_REASON; UNSUB_REASON_OTHER"
    )


def test_rows_of_a_file_are_sorted_out(tmp_path: Path) -> None:
    path = tmp_path / "brevo.csv"
    path.write_text(
        "EMAIL;PRENOM;EMAIL_MARKETING\na@exemple.fr;Ana;subscribed\nb@exemple.fr;Bob;unsubscribed\n", "utf-8"
    )
    with open_contacts_file(path) as file:
        assert list(file) == [
            Row(2, "a@exemple.fr", ("Ana", "subscribed")),
            OptOut(3, "b@exemple.fr", ("Bob", "unsubscribed"), IMPORTED, None, "EMAIL_MARKETING: unsubscribed"),
        ]


@pytest.mark.parametrize(
    ("name", "cause"),
    [("unsubscribed_members_export_1a2b.csv", IMPORTED), ("cleaned_members_export_1a2b.csv", BOUNCED)],
)
def test_mailchimp_names_its_files_after_those_who_left(tmp_path: Path, name: str, cause: str) -> None:
    path = tmp_path / name
    path.write_text("Email Address,First Name\na@exemple.fr,Ana\n", "utf-8")
    with open_contacts_file(path) as file:
        assert [row.cause for row in file if isinstance(row, OptOut)] == [cause]


def _consent(header: str, values: str) -> Consent | None:
    return ConsentColumns([field_named(name) for name in header.split(";")]).of(values.split(";"))


def test_consent_of_a_row_has_its_time_source_and_basis() -> None:
    day = dt.datetime(2024, 3, 5, 10, 0, tzinfo=dt.UTC)
    header = "OPTIN_TIME;CONFIRM_TIME;Source du consentement;Base légale"
    assert _consent(header, "2024-03-04 09:00:00;2024-03-05 10:00:00;salon;consentement") == Consent(
        day, "salon", "consentement"
    )
    assert _consent(header, ";;salon;consentement") is None
    assert _consent("Date de consentement", "05/03/2024 10:00") == Consent(day, "", "")


def test_a_date_of_adding_is_a_consent_only_with_a_yes() -> None:
    day = dt.datetime(2024, 3, 5, tzinfo=dt.UTC)
    assert ConsentColumns.among(["ADDED_TIME"]) is None
    assert _consent("ADDED_TIME;OPT_IN", "2024-03-05;oui") == Consent(day, "", "")
    assert _consent("ADDED_TIME;OPT_IN", "2024-03-05;") is None
    assert _consent("DOUBLE_OPT-IN", "1") == Consent(None, "", "")
