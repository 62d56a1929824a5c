"""Entries to select from: some by hand, and strategies for many."""

from collections.abc import Sequence
from typing import Any, cast

from hypothesis import settings
from hypothesis import strategies as st

from condor.corpus.entries import Entry
from condor.hashing import content_hash
from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS, Difficulty, Language, TaskName

FIXED = settings(derandomize=True, database=None, deadline=None, max_examples=60)


def make_entry(number: int = 0, **changes: Any) -> Entry:
    """An entry with an id of its own."""
    values = {
        "question_id": content_hash(["question", number]),
        "record_id": content_hash(["record", number]),
        "language": "en",
        "task": "view",
        "difficulty": "hard",
        "path": ("Health", "Sleep", "Naps"),
        "score": None,
    }
    return Entry(**(values | changes))


def grid(leaves: int, per_leaf: int = 21, languages: Sequence[str] = LANGUAGES) -> list[Entry]:
    """Entries on every language, task and difficulty alike, ten leaf tags to a root."""
    return [
        make_entry(
            (leaf * len(languages) + at) * per_leaf + n,
            language=cast("Language", language),
            task=cast("TaskName", TASKS[n % 7]),
            difficulty=cast("Difficulty", DIFFICULTIES[n // 7 % 3]),
            path=(f"{language} root {leaf // 10}", f"leaf {leaf}"),
            score=None if n % 5 == 4 else 1 + (n * 7 + leaf) % 10,
        )
        for leaf in range(leaves)
        for at, language in enumerate(languages)
        for n in range(per_leaf)
    ]


_PLACES = st.tuples(
    st.sampled_from(LANGUAGES),
    st.sampled_from(TASKS),
    st.sampled_from(DIFFICULTIES),
    st.lists(st.sampled_from(["Health", "健康", "Art, Law", 'say "hi"', "x"]), min_size=1, max_size=3).map(tuple),
    st.none() | st.sampled_from([1.0, 4.2, 7.0, 7.4, 10.0]),
)


def _numbered(places: list[tuple[Any, ...]]) -> list[Entry]:
    names = ("language", "task", "difficulty", "path", "score")
    return [make_entry(number, **dict(zip(names, place, strict=True))) for number, place in enumerate(places)]


#: Up to sixty entries, anywhere in the grid.
ENTRIES = st.lists(_PLACES, max_size=60).map(_numbered)
SEEDS = st.integers(-3, 2**70)


@st.composite
def shuffled_entries(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """Entries, and the same ones in another order."""
    entries = draw(ENTRIES)
    return entries, draw(st.permutations(entries))


@st.composite
def grown_entries(draw: st.DrawFn) -> tuple[list[Entry], list[Entry]]:
    """Entries, and all of them with others between."""
    after = draw(ENTRIES)
    stay = draw(st.lists(st.booleans(), min_size=len(after), max_size=len(after)))
    return [entry for entry, stays in zip(after, stay, strict=True) if stays], after
