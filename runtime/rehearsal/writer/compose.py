"""Fill sentence patterns from banks of words and sentences.

A bank is written as plain text, because hundreds of sentences read and review better that way than as
nested Python literals:

    [section]
    * one entry, which may go on
      over several lines
    + short / entries / on one line

The two characters backslash and n stand for a line break.

A pattern may hold these slots:

    {name}       a value given by the caller, else an entry of the bank of that name
    {12..40}     a whole number between the two, ends included
    {this|that}  one of the words written in place
    {name:key}   the choice is remembered: the same slot with the same key repeats it
    {^name}      the same as {name}, with its first letter made a capital

A bank entry may hold slots itself. A value given by the caller is put in as it is, never read as a pattern.
"""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Banks = Mapping[str, tuple[str, ...]]

_SLOT = re.compile(r"\{(\^?)(?:(\d+)\.\.(\d+)|([^{}|\n]*(?:\|[^{}|\n]*)+)|([a-z_][a-z_.]*))(?::([a-z0-9]+))?\}")
_FIELD_MARKER = re.compile(r"\[\[\s{0,8}##.{0,80}?##\s{0,8}\]\]", re.DOTALL)
_BREAK = "\\n"
_MAX_REDRAWS = 8


def parse_banks(source: str, joiner: str) -> dict[str, tuple[str, ...]]:
    """Read the bank format described above; `joiner` goes between the lines of one entry."""
    sections: dict[str, list[str]] = {}
    entries: list[str] = []
    for raw in source.splitlines():
        line = raw.strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]") and raw[0] == "[":
            entries = sections.setdefault(line[1:-1], [])
        elif line.startswith("* ") and raw[0] == "*":
            entries.append(line[2:])
        elif line.startswith("+ ") and raw[0] == "+":
            entries.extend(part.strip() for part in line[2:].split(" / "))
        else:
            broken = entries[-1].endswith(_BREAK) or line.startswith(_BREAK)
            entries[-1] += line if broken else joiner + line
    return {name: tuple(entry.replace(_BREAK, "\n") for entry in found) for name, found in sections.items()}


def capitalise(text: str) -> str:
    """Make the first letter a capital and leave the rest alone, unlike str.capitalize."""
    return text[:1].upper() + text[1:]


def strip_markers(text: str) -> str:
    """Remove the field markers of prompt formats, which must never reach a written text."""
    while "[[" in text:
        stripped = _FIELD_MARKER.sub("", text)
        if stripped == text:
            break
        text = stripped
    return text


def clean(text: str) -> str:
    """Input made safe to read: no field markers, no lone surrogates and no control characters but line breaks."""
    text = text.encode("utf-8", "ignore").decode("utf-8")
    text = strip_markers(text.replace("\r\n", "\n"))
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else " " for c in text)


def derive_rng(rng: random.Random, *texts: str) -> random.Random:
    """A generator that depends on the caller's state and on the texts.

    Two questions asked with generators in the same state must not get the same answer, so the texts are
    part of the seed. Seeding with bytes is stable across processes, which hash() is not.
    """
    seed = "\x1f".join((str(rng.getrandbits(64)), *texts))
    return random.Random(seed.encode("utf-8", "surrogatepass"))


@dataclass
class Composer:
    """Draws entries and fills patterns for one text, avoiding the same entry twice within it."""

    banks: Banks
    values: Mapping[str, str]
    rng: random.Random
    _memory: dict[str, str] = field(default_factory=dict)
    _used: set[tuple[str, int]] = field(default_factory=set)

    def draw(self, bank: str) -> str:
        """An unfilled entry of the bank, one not yet drawn for this text where that is possible."""
        entries = self.banks[bank]
        index = self.rng.randrange(len(entries))
        for _ in range(_MAX_REDRAWS):
            if (bank, index) not in self._used:
                break
            index = (index + 1) % len(entries)
        self._used.add((bank, index))
        return entries[index]

    def write(self, bank: str) -> str:
        """An entry of the bank with its slots filled."""
        return self.fill(self.draw(bank))

    def write_all(self, banks: Sequence[str]) -> list[str]:
        """One filled entry of each bank, in order."""
        return [self.write(bank) for bank in banks]

    def fill(self, pattern: str) -> str:
        """The pattern with every slot filled."""
        return _SLOT.sub(self._fill_slot, pattern)

    def _fill_slot(self, match: re.Match[str]) -> str:
        capital, low, high, choices, name, key = match.groups()
        memory_key = f"{name or choices or low}:{key}"
        if key and memory_key in self._memory:
            text = self._memory[memory_key]
        elif low:
            text = str(self.rng.randint(int(low), int(high)))
        elif choices:
            text = self.rng.choice(choices.split("|"))
        elif name in self.values:
            text = self.values[name]
        else:
            text = self.write(name)
        if key:
            self._memory[memory_key] = text
        return capitalise(text) if capital else text
