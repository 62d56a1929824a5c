"""Which numbers in a text are those of payment cards that may be somebody's?"""

import re
from collections.abc import Iterator

#: Digits without anything between them; a longer row is no group of a card number.
_GROUP = re.compile(r"\d{1,40}")
#: A card number is printed in groups of so many digits at least.
_LEAST = 3
#: Digits of the longest card number.
_MOST = 19
#: By issuer, with the lengths that it gives out (ISO/IEC 7812).
_ISSUED = re.compile(
    r"(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|3(?:0[0-5]|[68]\d)\d{11}|6(?:011|5\d\d)\d{12}|62\d{14,17}|35\d{14})\Z"
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


def card_numbers(text: str) -> Iterator[str]:
    """Their digits. A number may stand among others, such as its date and its code: each row of groups is tried."""
    groups = list(_GROUP.finditer(text))
    for first, group in enumerate(groups):
        if group[0][0] in "23456" and text[max(0, group.start() - 1) : group.start()] not in {".", "-"}:
            yield from _beginning_with(text, groups, first)


def _beginning_with(text: str, groups: list["re.Match[str]"], first: int) -> Iterator[str]:
    """The numbers that begin with a group; a row of them is as long as the longest number."""
    digits = ""
    for at in range(first, min(first + _MOST // _LEAST + 1, len(groups))):
        group = groups[at]
        if len(group[0]) < _LEAST or (at > first and text[groups[at - 1].end() : group.start()] not in {" ", "-"}):
            return
        digits += group[0]
        if len(digits) > _MOST:
            return
        if not _goes_on(text, group.end()) and _is_real(digits):
            yield digits


def _goes_on(text: str, end: int) -> bool:
    """Whether a group is a part of something longer that is written with dashes or a decimal point."""
    return text[end : end + 1] in {"-", "."} and text[end + 1 : end + 2].isdigit()


def _is_real(digits: str) -> bool:
    return _ISSUED.match(digits) is not None and digits not in _TEST_CARDS and _luhn(digits)


def _luhn(digits: str) -> bool:
    """Whether a number's last digit is its check digit (ISO/IEC 7812)."""
    doubled = (int(digit) * 2 for digit in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(each - 9 if each > 9 else each for each in doubled)) % 10 == 0
