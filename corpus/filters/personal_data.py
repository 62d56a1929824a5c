"""Does a text hold what may be somebody's e-mail address, phone number or card number?"""

import re
from collections.abc import Iterator

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

_NORTH_AMERICAN = re.compile(r"(?<![\d.-])(?:\+?1[-. ])?\(?([2-9]\d\d)\)?[-. ] ?([2-9]\d\d)[-. ](\d{4})(?![\d-])")
_CHINESE_MOBILE = re.compile(r"(?<![\d.+-])(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?![\d-])(?!\.\d)")
_CHINESE_LANDLINE = re.compile(r"(?<![\d.-])(0\d{2,3})-(\d{7,8})(?![\d-])")
_INTERNATIONAL = re.compile(r"(?<![\w+])\+([2-9]\d{0,2})((?:[ -]?\(?\d{1,4}\)?){2,5})(?![\d-])")
#: Nobody's own: numbers that the called one pays for.
_TOLL_FREE = frozenset({"400", "800", "833", "844", "855", "866", "877", "888"})
#: A number of a text-book: one digit four times over, or counted up.
_MADE_UP = re.compile(r"(\d)\1{3}|1234|2345|5678|6789|9876|13800138000")
#: Kept free for fiction: 555-0100 to 555-0199 (North America), 07700 900xxx and 020 7946 0xxx (Ofcom).
_FICTION = re.compile(r"^(?:1?\d{3}55501\d\d|447700900\d{3}|442079460\d{3}|44117496\d{4})$")

#: A phone number has eight digits at least, with three signs between two of them at most; a card number has more.
_EIGHT_DIGITS = re.compile(r"\d(?:\D{0,3}\d){7}")

_CARD = re.compile(r"(?<![\d.-])[3-6](?:[ -]?\d){12,18}(?![\d-])(?!\.\d)")
_ISSUED = re.compile(
    r"^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12}|62\d{14,17}|35\d{14})$"
)
#: Numbers that payment providers publish for tests.
_TEST_CARDS = frozenset(
    {
        "4111111111111111",
        "4242424242424242",
        "4012888888881881",
        "4000056655665556",
        "5555555555554444",
        "5105105105105100",
        "378282246310005",
        "371449635398431",
        "6011111111111117",
        "3530111333300000",
        "6200000000000005",
    }
)


def check_personal_data(text: str) -> Rejection | None:
    """Look for addresses and numbers that may be real; the figure is how many different ones there are.

    What is kept free for examples and for fiction is safe: example.com, 555-01xx, published test cards. So are numbers
    that the called one pays for, and ones that are plainly made up. The numbers themselves are not in the detail.
    """
    may_be = ("@" in text, *[_EIGHT_DIGITS.search(text) is not None] * 2)
    finders = [finder for finder, likely in zip(_FINDERS.items(), may_be, strict=True) if likely]
    named = {kind: each for kind, finder in finders if (each := {_bare(number) for number in finder(text)})}
    if not named:
        return None
    count = sum(map(len, named.values()))
    return Rejection(
        "personal_data", count, f"it holds {', '.join(f'{len(each)} {kind}' for kind, each in named.items())}"
    )


def _emails(text: str) -> Iterator[str]:
    for found in _EMAIL.finditer(text):
        local, _, host = found[0].partition("@")
        if not (_EXAMPLE.search(host) or _FILL_IN.search(local) or _FILL_IN.search(host.partition(".")[0])):
            yield found[0]


def _phones(text: str) -> Iterator[str]:
    for pattern in (_NORTH_AMERICAN, _CHINESE_MOBILE, _CHINESE_LANDLINE, _INTERNATIONAL):
        for found in pattern.finditer(text):
            digits = _bare(found[0])
            local = "".join(found.groups())
            long_enough = pattern is not _INTERNATIONAL or 8 <= len(digits) <= 15
            if long_enough and not _is_nobodys(digits, found[1], local):
                yield digits


def _is_nobodys(digits: str, area: str, local: str) -> bool:
    return bool(_FICTION.match(digits) or _MADE_UP.search(local)) or area in _TOLL_FREE


def _cards(text: str) -> Iterator[str]:
    for found in _CARD.finditer(text):
        digits = _bare(found[0])
        if _ISSUED.match(digits) and digits not in _TEST_CARDS and _luhn(digits):
            yield digits


def _luhn(digits: str) -> bool:
    """Whether a number's last digit is its check digit (ISO/IEC 7812)."""
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0


def _bare(text: str) -> str:
    return text if "@" in text else "".join(filter(str.isdigit, text))


_FINDERS = {"e-mail addresses": _emails, "phone numbers": _phones, "card numbers": _cards}
