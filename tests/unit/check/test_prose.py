"""What people write: nothing is found in good sentences, and what is wrong is found among them."""

from __future__ import annotations

import pytest

from apes_mailer.check import rules
from apes_mailer.check.catalogue import told
from tests.unit.check.judged import CheckedLetter, found, messages, with_blocks, with_text

FINE = [
    # dates of July 2027, when the letter is written
    "Jeudi 1er juillet, la grange a rouvert. Rendez-vous mardi 13 et mercredi 14 juillet 2027, de 9 h à 12 h 30.",
    "Les jeudis 2, 9 et 16 septembre ; puis du lundi 4 au vendredi 8 octobre, sauf le mercredi 6.",
    "Le mar. 13 juil., le sam. 17/07 ou le dimanche 18/07/2027 : à vous de choisir.",
    "En juin dernier, samedi 12, nous étions trois cents. Le dimanche 4 juillet 1976, nous étions douze.",
    "Ouvert le mardi, de 14 h à 18 h, et le samedi 9 h - 12 h. Fermé lundi 12.",
    "Le mercredi, 14 personnes cuisinent ; le vendredi 25 % de plus. Samedi 1/2 journée, jeudi 3,5 km à pied.",
    "Mon 14 juillet à moi ? Un jeu en bois au bord de la mer, 7 jours sur 7, à 3 ou à 10.",
    "La permanence du mardi passe au jeudi. Le marché du samedi, 8 à 10 étals, reste le samedi.",
    "Le 29 février, puis le 30 avril ; en mars 2027, 45 mars de café. 12/45/2027, 1/2 juin, 3,30 février.",
    # words that only look like a note to oneself
    "Un dossier à compléter en ligne (à remplir et à renvoyer avant le 3 septembre), lieu à confirmer.",
    "Au XXe siècle, une taille XXL ; le texte reste à valider par l’assemblée, la date est à préciser.",
    "« Todo » veut dire tout en espagnol. Le titre ? « Lettres à venir ». Que faire ???",
    "Un texte à relire cet été [selon l’éditrice], un lien à retisser.",
    # links that say where they lead
    "Voir [le programme](https://a.exemple.fr/p) et, pour le fond, [le programme](https://a.exemple.fr/p/).",
    "Écrivez à [bonjour@exemple.fr](mailto:Bonjour@exemple.fr?subject=Four), au [03 53 01 10 20](tel:+3335301).",
    "Tout est sur [exemple.fr](https://adherer.exemple.fr/2027), [Actu.fr](https://www.actu.fr/x) et Node.js.",
    "[Pour en savoir plus sur le four](https://a.exemple.fr/f), [par ici la visite](https://a.exemple.fr/v).",
    "Un courriel à [contact@exemple.fr](mailto:contact@exemple.fr) suffit.",
    "Les habitant·e·s de l’Artois (62) et de la Somme sont invité·e·s.",
    # Markdown and tags
    "Bonjour <<contact.PRENOM|à vous>>, **3 ateliers** : _pain_, *levain* et 2 * 3 = 6.",
    "Fini les réunions : 1 200 € d’économies, « c’est 100 % solidaire » !",
]


def _said(letter: CheckedLetter) -> list[str]:
    return [told(finding, "en").message for finding in rules.findings(letter)]


@pytest.mark.parametrize("text", FINE)
def test_nothing_is_found_in_what_is_right(text: str) -> None:
    assert _said(with_text(text)) == []


@pytest.mark.parametrize(
    "subject",
    [
        "Réemploi : la carte des ressourceries",
        "RE2020 : ce qui change pour nos locaux",
        "L’APES, l’ESS et le RIPESS en juillet",
        "Trois rendez-vous à ne pas manquer 🌻",
        "Congrès de l’ESS : novembre 2027 approche",
        "TRANSITION : le guide est arrivé chez vous",
        "<<contact.PRENOM|Bonjour>>, du pain et des jeux",
    ],
)
def test_nothing_is_found_in_a_good_subject(subject: str) -> None:
    assert _said(with_blocks(subject=subject)) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Rendez-vous **mardi 14** juillet", '"mardi 14 juillet" cannot be: it is Wednesday 14 July 2027'),
        ("Les jeudis 2, 9 et 17 septembre", "it is Friday 17 September 2027"),
        ("Du lundi 5 au mercredi 8 juillet", "it is Thursday 8 July 2027"),
        ("Mardi 14 et jeudi 15 juillet", '"Mardi 14 et jeudi 15 juillet" cannot be'),
        ("le lun. 13/07", "it is Tuesday 13 July 2027"),
        ("Vendredi 31 juin", "is no day of the calendar"),
        ("Dimanche 14 juillet 1789, puis mardi 14 juillet 1789", "it is Tuesday 14 July 1789"),
        ("jeu 14/7/2027", "it is Wednesday 14 July 2027"),
        ("Mercredi premier juillet 2027", "it is Thursday 1 July 2027"),
        ("Lundi prochain 7 juillet", "it is Wednesday 7 July 2027"),
        ("Rendez-vous le 31 novembre.", '"le 31 novembre" is no day of the calendar'),
        ("30 février 2027", "is no day of the calendar"),
        ("29 févr. 2027", "is no day of the calendar"),
        ("le 32 mars", "is no day of the calendar"),
        ("avant le 31/11/2027", '"31/11/2027" is no day of the calendar'),
    ],
)
def test_date_that_cannot_be_is_told_in_all_the_ways_that_people_write_it(text: str, message: str) -> None:
    (said,) = messages(with_text(text), "date-weekday")
    assert message in said


@pytest.mark.parametrize(
    "text", ["31 November", "on 31st of April", "November 31, 2027", "by September 31.", "June 31st"]
)
def test_day_that_its_month_does_not_have_is_found_in_english_letters_too(text: str) -> None:
    (said,) = messages(with_text(text, language="en"), "date-weekday")
    assert "is no day of the calendar" in said


@pytest.mark.parametrize(
    "text",
    ["In November 31 people came", "only 32 may join", "29 February", "30 April", "31/12/2027", "the May 40 club"],
)
def test_number_beside_a_month_is_not_always_a_day(text: str) -> None:
    assert messages(with_text(text, language="en"), "date-weekday") == []


@pytest.mark.parametrize("text", ["Tuesday 14 July 2027", "Tuesday 14th July", "on Tue 14 of July", "Tuesday 14/07"])
def test_weekday_is_read_in_english_letters_too(text: str) -> None:
    assert len(found(with_text(text, language="en"), "date-weekday")) == 1
    assert found(with_text(text.replace("Tue", "Wed").replace("sday", "nesday"), language="en"), "date-weekday") == []


@pytest.mark.parametrize(
    "text",
    [
        "Lorem ipsum dolor sit amet",
        "TODO",
        "TODO: la photo",
        "Tarif : XXX €",
        "(à compléter)",
        "À COMPLÉTER",
        "Lieu : [à confirmer]",
        "Titre de l’article",
        "Votre texte ici",
        "[lien]",
    ],
)
def test_words_that_hold_a_place_are_found(text: str) -> None:
    assert len(found(with_text(text), "leftover-words")) == 1


@pytest.mark.parametrize("emoji", ["⏰⏰", "⌚⏳", "⌨️⏏️", "1️⃣2️⃣", "#️⃣🌻", "🇫🇷🇧🇪", "⭐☀️"])
def test_emoji_of_every_range_are_counted(emoji: str) -> None:
    assert found(with_blocks(subject=f"Du pain et des jeux au jardin {emoji}"), "subject-emoji") == [
        ("warning", "subject")
    ]


@pytest.mark.parametrize("time", ["mardi et mercredi, 9 h", "mercredi matin", "9 h - 12 h", "chaque mercredi"])
def test_time_may_name_the_day_of_the_event_among_others(time: str) -> None:
    event = {"title": "La fournée", "date": "2027-07-14", "time": time}
    assert found(with_blocks({"type": "events", "title": "Agenda", "events": [event]}), "date-weekday") == []


def test_date_without_a_year_may_be_of_the_year_before_or_after() -> None:
    assert found(with_text("Lundi 3 janvier", date="2027-12-20"), "date-weekday") == []
    assert found(with_text("Mardi 22 décembre", date="2027-01-05"), "date-weekday") == []


@pytest.mark.parametrize(
    "link", ["https://https://a.fr", "https://a..fr", "https:/", "https://-a.fr", "https://a.fr:99999"]
)
def test_address_that_no_browser_opens_is_an_error(link: str) -> None:
    assert found(with_text(f"[Le four]({link})"), "link-syntax") == [("error", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    ["http://localhost:8000", "http://127.0.0.1", "https://192.168.1.4/x", "https://nas.local", "https://[::1]/"],
)
def test_address_inside_a_network_is_an_error(link: str) -> None:
    assert found(with_text(f"[Le four]({link})"), "link-local") == [("error", "blocks[0].text")]


@pytest.mark.parametrize(
    "link",
    [
        "https://dev-durable.exemple.fr",
        "https://recette.fr",
        "https://www.recettes-solidaires.fr/test",
        "https://été.exemple.fr/a_b?x=[1]",
        "https://test.fr",
        "https://xn--t-9fab.exemple.fr",
        "https://93.184.216.34/",
    ],
)
def test_address_for_everybody_is_fine(link: str) -> None:
    assert _said(with_text(f"[Le four]({link})")) == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("**Au programme**\n\nDu pain.", 1),
        ("Bonjour.\n\n## Au programme ##\n\n- Du pain", 1),
        ("**Au programme :**\n\nDu pain.", 0),
        ("**Venez nombreux !**\n\nDu pain.", 0),
        ("**Du pain** et des jeux\n\nVoilà.", 0),
        ("Du pain.\n\n**L’équipe**", 0),
        (f"**{'Du pain et des jeux ' * 5}**\n\nVoilà.", 0),
    ],
)
def test_bold_words_that_stand_for_a_heading_are_found(text: str, count: int) -> None:
    assert found(with_text(text), "heading-false") == [("warning", "blocks[0].text")] * count
