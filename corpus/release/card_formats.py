"""What a card says of splits and formats: which there are, and where they hold fewer rows than records."""

from collections.abc import Iterator
from typing import Final

from ..formats import PAIR_FORMATS
from .belongings import told_formats
from .card_facts import CardFacts
from .layout import RECORDS
from .markdown import table

_REASONS: Final = {
    "equal_answers": "both answers are equal",
    "negative_margin": "the judge likes the rejected answer better",
}


def purposes(facts: CardFacts) -> str:
    """What the formats are for."""
    pairs = any(name in PAIR_FORMATS for name in facts.rows)
    tuning = any(name not in PAIR_FORMATS and name != RECORDS for name in facts.rows)
    found = [name for name, there in (("supervised fine-tuning", tuning), ("preference training", pairs)) if there]
    return f" for {' and '.join(found)}" if found else ""


def formats_and_splits(facts: CardFacts) -> Iterator[str]:
    """The section on splits and formats, line by line."""
    splits = [name for name, count in facts.manifest.splits.items() if count]
    yield "## Splits and formats"
    yield ""
    yield from table(
        ("config", *splits),
        ((name, *(rows.get(split, 0) for split in splits)) for name, rows in facts.rows.items()),
    )
    yield ""
    yield " ".join(_remarks(facts, splits))


def _remarks(facts: CardFacts, splits: list[str]) -> Iterator[str]:
    wanted = told_formats(facts.manifest)
    if len(splits) > 1:
        yield "No leaf tag is in two splits."
    refined = len(facts.figures.rounds) > (0 in facts.figures.rounds)
    texts = "question, answer, each critique and refinement that stands" if refined else "question, first answer"
    scores = ", scores" if any(line.count for line in facts.scores) else ""
    yield f"`records` holds the whole chains ({texts}, ids, prompt versions, models{scores})."
    if wanted:
        yield "The others hold the same records as trainers read them."
    if "critique" in wanted and refined:
        yield "`critique` has a row for each round of refinement that stands."
    for name in wanted:
        if name not in facts.rows:
            yield f"`{name}` was asked for, and no record has a row in it."
        if counts := facts.manifest.unpaired.get(name):
            why = ", ".join(f"{count:,} because {_REASONS.get(rule, rule)}" for rule, count in counts.items() if count)
            yield f"`{name}` leaves out {sum(counts.values()):,} pairs: {why}."
