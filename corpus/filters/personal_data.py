"""Does a text hold what may be somebody's e-mail address, phone number or card number?"""

import re
import unicodedata
from collections.abc import Iterator

from .card_numbers import card_numbers
from .rejection import Rejection

_EMAIL = re.compile(
    r"(?<![\w.%+-])[A-Za-z0-9._%+-]{1,64}@((?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24})(?![\w-])", re.ASCII
)
#: Kept free for examples (RFC 2606 and RFC 6761).
_EXAMPLE = re.compile(r"(?:^|\.)(?:example(?:\.(?:com|org|net|edu|cn))?|test|invalid|localhost|local)$", re.IGNORECASE)
#: Somebody else is to fill it in.
_FILL_IN = re.compile(
    r"^(?:your|my|name|user(?:name)?|first|last|email|x{2,64})(?:[._-]?(?:name|last|email|mail))?$|^your", re.IGNORECASE
)
#: Such a host, and not one that only begins like it: my.com and email.cz have users.
_FILL_IN_HOST = re.compile(
    r"^(?:mail\.|www\.)?(?:your[\w-]{0,40}|(?:my|some|the)?-?(?:domain|company|site|website|server|provider|organi[sz]ation)"
    r"|email(?=\.com$))\.(?:com|org|net|edu|cn|com\.cn|io)$",
    re.IGNORECASE,
)
#: Of an office or a machine: nobody's own.
_ROLE = re.compile(
    r"^(?:git|info|contact|support|service|services|help|helpdesk|hello|office|press|media|news|newsletter|sales|admin"
    r"|webmaster|postmaster|hostmaster|abuse|noc|security|privacy|foi|reception|jobs|careers|billing|orders|bookings"
    r"|complaints|feedback|editor|admissions|registrar|library|no-?reply|customer-?(?:service|care|support)"
    r"|(?:general|public|press|media)?[._-]?(?:enquir|inquir)(?:y|ies)|root|kefu|fuwu)$",
    re.IGNORECASE,
)

_NORTH_AMERICAN = re.compile(r"(?<![\d.-])(?:\+?1[-. ]?)?\(?([2-9]\d\d)\)?[-. ]?([2-9]\d\d)[-. ]?(\d{4})(?![\d-])")
_CHINESE_MOBILE = re.compile(r"(?<![\d.+-])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?![\d-])(?!\.\d)")
#: Also a British number as it is dialled at home.
_TRUNK = re.compile(r"(?<![\d.+-])\(?(0[1-9]\d{1,3})\)?[- ]?(\d{3,4})[- ]?(\d{3,4})(?![\d-])(?!\.\d)")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+([2-9]\d{0,2})((?:[ -]?\(?\d{1,4}\)?){2,5})(?![\d-])")
#: With the zeros that are dialled for the plus.
_DIALLED = re.compile(
    r"(?<![\w.+-])00[ -]?([2-9]\d{0,2})((?:[ -]?\(?\d{1,3}\)?)?(?:[ -]?\d{3,8}){2,4})(?![\d-])(?!\.\d)"
)
#: Of digits alone: only where it is said to be a phone's.
_SAID_TO_BE_ONE = re.compile(
    r"\b(?:call|phone|tel|ring|text|mobile|cell|fax|dial|contact|reach|whatsapp|sms)|电话|手机|座机|固话|致电|拨打|打给|请打|联系",
    re.IGNORECASE,
)
#: Whose number a public one is.
_PUBLIC = re.compile(
    r"headquarters|switchboard|hotline|help ?(?:line|desk)|(?:press|head|post|box|tourist|tax|passport) office|council"
    r"|library|ministry|embassy|consulate|university|hospital|police|museum|station|customer (?:service|care|support)"
    r"|emergency|总机|总台|热线|客服|咨询|服务电话|投诉|举报|前台|大学|学院|图书馆|博物馆|医院|大使馆|派出所|政府|银行",
    re.IGNORECASE,
)
#: How far before a number it is said what it is, in characters.
_BEFORE = 40
_CLAUSE_END = re.compile(r"[.!?;。！？；\n] ?")
#: Nobody's own: numbers that the called one pays for, or that are an organisation's by their kind.
_TOLL_FREE = frozenset({"400", "800", "833", "844", "855", "866", "877", "888", "0800", "0808", "0300", "0303", "0345"})
#: A number of a text-book: one digit four times over, or counted up, in one of its groups; or longer than a group.
_MADE_UP = re.compile(r"(\d)\1{3}|1234|2345|5678|6789|9876")
_MADE_UP_IN_ALL = re.compile(r"(\d)\1{4}|12345|23456|56789|98765|13800138000")
#: Kept free for fiction: 555-0100 to 555-0199 (North America); those of Ofcom, such as 07700 900xxx and 020 7946 0xxx.
_FICTION = re.compile(
    r"^(?:1?\d{3}55501\d\d|(?:(?:00)?44)?0?(?:7700900\d{3}|2079460\d{3}|1(?:1[3-8]|[2-6]1)4960\d{3}|1914980\d{3}|1632960\d{3}))$"
)

_AT = re.compile("[@\N{FULLWIDTH COMMERCIAL AT}\N{SMALL COMMERCIAL AT}]")
#: A phone number has eight digits at least, with three signs between two of them at most; a card number has more.
_EIGHT_DIGITS = re.compile(r"\d(?:\D{0,3}\d){7}")


def check_personal_data(text: str) -> Rejection | None:
    """Look for addresses and numbers that may be real; the figure is how many different ones there are.

    What is kept free for examples and for fiction is safe: example.com, 555-01xx, published test cards. So are numbers
    that the called one pays for, ones that are plainly made up, and what is named as an office's. The
    numbers themselves are not in the detail.
    """
    if not (_AT.search(text) or _EIGHT_DIGITS.search(text)):
        return None
    text = _plain(text)
    found = {kind: {_bare(each) for each in finder(text)} for kind, finder in _FINDERS.items()}
    # A part of a card number may look like a phone's.
    cards = found["card numbers"]
    found["phone numbers"] = {each for each in found["phone numbers"] if not any(each in card for card in cards)}
    named = {kind: each for kind, each in found.items() if each}
    if not named:
        return None
    count = sum(map(len, named.values()))
    return Rejection(
        "personal_data", count, f"it holds {', '.join(f'{len(each)} {kind}' for kind, each in named.items())}"
    )


def _plain(text: str) -> str:
    """The text with full-width digits and signs as plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _emails(text: str) -> Iterator[str]:
    for found in _EMAIL.finditer(text):
        local, _, host = found[0].partition("@")
        fill_in = _FILL_IN.search(local) or _FILL_IN_HOST.search(host)
        if not (fill_in or _EXAMPLE.search(host) or _ROLE.search(local)):
            yield found[0]


def _phones(text: str) -> Iterator[str]:
    if not _EIGHT_DIGITS.search(text):
        return
    for pattern in (_NORTH_AMERICAN, _CHINESE_MOBILE, _TRUNK, _INTERNATIONAL, _DIALLED):
        for found in pattern.finditer(text):
            digits = _bare(found[0])
            if _is_whole(pattern, digits) and not _is_nobodys(digits, found) and _is_meant(pattern, found):
                yield digits


def _is_whole(pattern: "re.Pattern[str]", digits: str) -> bool:
    least, most = _DIGITS.get(pattern, (1, 15))
    return least <= len(digits) <= most


def _is_nobodys(digits: str, found: "re.Match[str]") -> bool:
    made_up = _MADE_UP_IN_ALL.search("".join(found.groups())) or any(map(_MADE_UP.search, found.groups()))
    return bool(_FICTION.match(digits) or made_up) or found[1] in _TOLL_FREE


def _is_meant(pattern: "re.Pattern[str]", found: "re.Match[str]") -> bool:
    """Whether it is a phone's, as its form or the words before it say, and no public one's."""
    if pattern is _CHINESE_MOBILE:
        return True
    before = found.string[max(0, found.start() - _BEFORE) : found.start()]
    said = _CLAUSE_END.split(before)[-1]
    if _PUBLIC.search(said):
        return False
    alone = found[0].isdigit() and pattern in {_NORTH_AMERICAN, _TRUNK, _DIALLED}
    return not alone or _SAID_TO_BE_ONE.search(said) is not None


def _bare(text: str) -> str:
    return text if "@" in text else "".join(filter(str.isdigit, text))


#: How many digits a number of a form has at least and at most, with the code of its country.
_DIGITS = {_INTERNATIONAL: (8, 15), _DIALLED: (10, 17), _TRUNK: (10, 12)}
_FINDERS = {"e-mail addresses": _emails, "phone numbers": _phones, "card numbers": card_numbers}
