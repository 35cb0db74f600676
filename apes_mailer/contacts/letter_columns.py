"""What the name of a column says about letters: that a yes in it means no, that a no in it does, or neither.

A name that may be meant either way is taken for one that a refusal stands in: a person left out by mistake can be put
back, a letter that was sent cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum

from apes_mailer.model.spelling import plain


class Kind(Enum):
    """How the cells of a column are read."""

    NO = "whatever is in it says no, but for a no"
    DEAD = "whatever is in it says that the address is dead, but for a no"
    YES = "a no in it says no"
    STATUS = "it says no in words of its own"
    ELSEWHERE = "about another channel, or a number or a link"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|_)(?:{pattern})(?:_|$)")


_MAIL = r"e_?mails?|mails?|mels?|courriels?|courriers?_electroniques?"
_LETTERS = (
    r"newsletters?|infolettres?|lettres?|bulletins?|gazettes?|mailings?|e_?mailings?|mailing_?lists?|"
    r"listes?_de_diffusion|liste_d_envoi"
)
_NEWS = r"actualites?|actus?|nouvelles|news|infos?|informations?|communications?|offres|prospection|diffusion"

# Words that stand anywhere in the name, the ends of a stem included.
_SAYS_NO = _words(
    r"(?:e_?mail_?)?(?:blacklist|blocklist)\w*|liste_noire|desinscri\w*|desabonn\w*|unsub|unsubscribed?|"
    r"opt_?out|opted_out|ne_(?:plus|pas|rien)_(?:contacter|ecrire|mailer|envoyer|solliciter|relancer)|"
    r"do_not_(?:e_?mail|contact)|no_bulk_emails?|no_(?:e_?mails?|mailings?|newsletters?)|"
    r"ne_\w*(?:pas|plus)_\w*(?:recevoir|contacter?|contactee?|inscrite?|abonnee?|informee?)|n_accepte_(?:pas|plus)|"
    rf"(?:pas|plus|sans|stop|stopper|arreter|cesser|exclu\w*|refus\w*|oppos\w*)_(?:\w+_)?(?:{_MAIL}|{_LETTERS}|{_NEWS})|"
    r"(?:arreter|cesser)_de_(?:\w+_)?recevoir|(?:refus\w*|oppos\w*)_(?:\w+_)?(?:recevoir|contact\w*|rgpd|gdpr)|"
    r"(?:retrait|retire|revocation|revoque|withdrawal|withdrawn)_(?:\w+_)*consent\w*|"
    r"consent\w*_(?:\w+_)*(?:retrait|retire|revocation|revoque|refus\w*|withdrawn|withdrawal)|droit_d_opposition"
)
_IS_NO = re.compile(
    r"stop|(?:date_(?:de_|d_)?|motif_(?:de_|d_)?)?(?:refus|refusee?|opposition|opposee?)|(?:a_)?refuse|"
    r"(?:a_)?exclu(?:re|e|s|es|sion)?"
)
_SAYS_DEAD = _words(rf"clean_time|hard_?bounced?|npai|(?:{_MAIL})_(?:invalide|errone)e?s?")
_SAYS_YES = _words(
    r"opt_?in|newsletters?|infolettres?|lettres?_(?:d_)?infos?|lettres?_(?:d_)?informations?|abonnee?|subscribed|subscriber|"
    r"consentement|consent|rgpd|gdpr|mailing_?lists?|listes?_de_diffusion|"
    r"(?:etre|rester|tenir|tenue?s?)_(?:\w+_)?(?:informe\w*|au_courant)"
)
_IS_YES = re.compile(
    r"(?:la_|notre_|nos_)?lettres?|e_?mailings?|mailings?|diffusion|accord|(?:j_)?accepte|abonnement|subscription|"
    r"(?:e_?mail_)?marketing"
)
# A question of a form: that somebody agrees, and to what.
_AGREES = _words(
    r"recevoir|recevez|recois|recoit|receive|accept\w*|accord\w*|d_accord|consen\w*|autoris\w*|permission|agree\w*|ok|"
    r"(?:re)?inscri\w*|abonn\w*|subscri\w*"
)
_TO_LETTERS = _words(f"{_LETTERS}|{_NEWS}|{_MAIL}")
_ENROLS = _words(r"(?:re)?inscri\w*|abonn\w*|subscri\w*")
_TO_A_LIST = _words(f"{_LETTERS}|actualites?|actus?|news")
_STATUS = re.compile(
    r"statut|status|etat|(?:e_?mail_)?marketing_status|subscription_status|"
    r"(?:statut|status|etat)_(?:e_?mail|abonnement|d_abonnement|de_l_abonnement|inscription)|"
    r"e_?mail_(?:statut|status|subscription)(?:_status)?"
)

# Of a payment, beside which a mere "Statut" is that of the payment too.
_PAYS = _words(r"montants?|paiements?|payments?|amount")
_MERE_STATUS = re.compile(r"statut|status|etat")

# Columns that count or lead somewhere mark nobody; nor do those about another channel, unless they speak of mail too.
_COUNTS = _words(r"campaign|lien|link|url|nombre|nb|count|taux|rate|lue?s|ouvert\w*")
_OTHER_CHANNEL = _words(
    r"sms|whatsapp|push|courriers?(?!_electronique)|postal\w*|telephone|phone|appels?|images?|photos?|videos?"
)
# What people also agree to get or to give, and no letter.
_OTHER_MATTER = _words(
    r"partenaires?|tiers|recus?|fiscal\w*|factures?|attestations?|cartes?|convocations?|billets?|justificatifs?|papier|"
    r"magazines?|revues?|catalogues?|benevol\w*|covoiturage|annuaire|coordonnees"
)
# Columns that say when, from where and on which words somebody agreed.
_PROVES = _words(
    r"ip|time|date|at|source|origine?|text|texte|wording|version|base|basis|preuve|proof|id|language|langue"
)


def kind(name: str) -> Kind | None:
    """Return how the cells of a column are read; None when its name says nothing about letters."""
    word = plain(name)
    if _COUNTS.search(word) or (_OTHER_CHANNEL.search(word) and not _speaks_of_mail(word)):
        return Kind.ELSEWHERE
    if _SAYS_DEAD.search(word):
        return Kind.DEAD
    if _SAYS_NO.search(word) or _IS_NO.fullmatch(word):
        return Kind.NO
    if _OTHER_MATTER.search(word):
        return None
    if _SAYS_YES.search(word) or _IS_YES.fullmatch(word) or is_question(word):
        return Kind.YES
    return Kind.STATUS if _STATUS.fullmatch(word) else None


def is_question(name: str) -> bool:
    """Whether the name of a column asks if somebody wants letters, so that a yes in it is a consent."""
    word = plain(name)
    if not _AGREES.search(word) or _OTHER_MATTER.search(word):
        return False
    # How somebody signed up, "par mail", is another thing than what for.
    only_enrols = not _AGREES.search(_ENROLS.sub("_", word))
    return bool((_TO_A_LIST if only_enrols else _TO_LETTERS).search(word))


def says_whether(name: str, *, beside: Iterable[str] = ()) -> bool:
    """Whether a column says of a person if letters are wanted, or can be delivered, given the columns ``beside`` it."""
    return kind(name) not in {None, Kind.ELSEWHERE} and not is_proof(name) and not is_of_payment(name, beside)


def is_of_payment(name: str, beside: Iterable[str]) -> bool:
    """Whether a column says how a payment stands: one called ``Statut``, ``beside`` others that tell of payments."""
    return bool(_MERE_STATUS.fullmatch(plain(name))) and any(_PAYS.search(plain(other)) for other in beside)


def is_proof(name: str) -> bool:
    """Whether a column tells of the circumstances of a consent, and not of the consent itself."""
    word = plain(name)
    return kind(name) is Kind.YES and bool(_PROVES.search(word)) and not is_question(name)


def _speaks_of_mail(word: str) -> bool:
    return bool(re.search(rf"(?:^|_)(?:{_MAIL}|{_LETTERS})(?:_|$)", word))
