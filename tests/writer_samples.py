"""What the tests of the composer share: a grown tree, the questions asked on it, and one run of everything."""

import random
from functools import cache

from condor.runtime.rehearsal.writer import (
    TASKS,
    propose_children,
    propose_roots,
    write_answer,
    write_critique,
    write_questions,
    write_refinement,
)

LANGUAGES = ("en", "zh")
MARKER = "[[ ## answer ## ]]"
THEMES = {
    "en": ["Food and Cooking", "Baking", "Baking for Beginners"],
    "zh": ["美食烹饪", "面包烘焙", "面包烘焙入门"],
}


@cache
def grown(language: str) -> tuple[tuple[str, str, str], ...]:
    """Every path of a tree of 40 roots, 6 children each and 18 leaves each."""
    rng = random.Random(7)
    paths = []
    for root in propose_roots(language, [], 40, rng):
        for child in propose_children([root], [], 6, language, rng):
            paths += [(root, child, leaf) for leaf in propose_children([root, child], [], 18, language, rng)]
    return tuple(paths)


@cache
def asked(language: str) -> tuple[tuple[str, str, str, str], ...]:
    """(leaf, task, difficulty, question) over 700 leaves and 7 tasks."""
    rng = random.Random(11)
    leaves = rng.sample(grown(language), 700)
    return tuple(
        (path[-1], task, difficulty, question)
        for path in leaves
        for task in TASKS
        for difficulty, question in write_questions(list(path), task, [], language, rng).items()
    )


@cache
def sampled(language: str, size: int) -> tuple[str, ...]:
    """A sample of the composed questions."""
    return tuple(random.Random(3).sample([row[-1] for row in asked(language)], size))


def run_all(language: str, seed: int) -> list[object]:
    """Every function once, with one generator."""
    rng = random.Random(seed)
    roots = propose_roots(language, [], 5, rng)
    children = propose_children([roots[0]], [], 5, language, rng)
    questions = write_questions([roots[0], children[0]], "view", [], language, rng)
    answer = write_answer(questions["hard"], language, 0.4, rng)
    notes = write_critique(questions["hard"], answer, language, rng)
    refined = write_refinement(questions["hard"], answer, notes["weaknesses"], notes["suggestions"], language, 0.7, rng)
    return [roots, children, questions, answer, notes, refined]
