"""What a card says of how its records were made: it differs with the stage, the recipes and the models."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ...vocabulary import DIFFICULTIES, TASKS
from .card_facts import CardFacts
from .manifest import RunFacts
from .markdown import plain

_PAPER: Final = "https://arxiv.org/abs/2501.12273"
_ROUNDS: Final = {1: "once", 2: "twice"}


def answers_of(facts: CardFacts) -> str:
    """What the released answers are, in a few words."""
    refined, first = _refined(facts), facts.manifest.released - _refined(facts)
    if not refined:
        return "first answers" if facts.manifest.stage == "void" else "first answers, of which no refinement stands"
    if not first:
        return "answers refined after a critique"
    return f"answers refined after a critique ({refined:,}) or first answers where no refinement stands ({first:,})"


def method(facts: CardFacts) -> Iterator[str]:
    """The section on the method, line by line."""
    runs = [run for run in facts.manifest.runs if run.released]
    yield "## Method"
    yield ""
    yield f"An open implementation of the method of [Condor]({_PAPER}). A model walks a tree of topics."
    for asked in dict.fromkeys(map(_asking, runs)):
        yield f"{_named([run for run in runs if _asking(run) == asked], runs)}{asked}"
    if facts.manifest.stage == "void":
        yield "A model answers each question; these first answers (the paper's Condor Void) are released."
        return
    yield (
        "A model answers each question (the paper's Condor Void), criticises the answer by strengths, weaknesses and "
        "suggestions, and writes it anew (Condor Refine)."
    )
    for kept in dict.fromkeys(map(_refining, runs)):
        yield f"{_named([run for run in runs if _refining(run) == kept], runs)}{kept}"
    rounds = ", ".join(f"{number} in {count:,} records" for number, count in sorted(facts.figures.rounds.items()))
    yield f"Rounds of refinement that stand: {rounds}."


def critics(facts: CardFacts) -> str:
    """Whose the critiques are: a limit of what refinement can mend. Empty where no critique is released."""
    if not _refined(facts):
        return ""
    pairs = {(_models(run, "critique"), _models(run, "answer", "refinement")) for run in facts.manifest.runs}
    pairs.discard(((), ()))
    if all(len(models) == 1 and models == critics for critics, models in pairs):
        return "Each critique is of the model that wrote the answer: what it does not see stays."
    critics, writers = (sorted({model for pair in pairs for model in pair[place]}) for place in (0, 1))
    return (
        f"The critiques are by {', '.join(map(plain, critics))}, the answers by {', '.join(map(plain, writers))}: what "
        "a critic does not see stays."
    )


def _refined(facts: CardFacts) -> int:
    """Released records with a refinement."""
    return facts.manifest.released - facts.figures.rounds[0]


def _models(run: RunFacts, *stages: str) -> tuple[str, ...]:
    return tuple(sorted({maker.model for maker in run.makers if maker.stage in stages and maker.records}))


def _asking(run: RunFacts) -> str:
    """What a recipe has asked."""
    tasks, kept = _listed(run.recipe, "tasks", TASKS), _listed(run.recipe, "difficulties", DIFFICULTIES)
    each = "each of the paper's seven tasks" if len(tasks) == len(TASKS) else _each_of(tasks)
    of_these = "" if len(kept) == len(DIFFICULTIES) else f", of which it answers the {_and(kept)}"
    ones = "one" if len(kept) == 1 else "ones"
    of_these = f"{of_these} {ones}" if of_these else ""
    return (
        f"For each leaf tag and {each} it writes three questions in a call, an easy, a medium and a hard one{of_these}."
    )


def _refining(run: RunFacts) -> str:
    """What a recipe has done to answers."""
    told = run.recipe.get("refine")
    rounds = told.get("rounds", 1) if isinstance(told, dict) else 1
    often = _ROUNDS.get(rounds, f"{rounds} times")
    if run.gate is None:
        return f"Each answer was refined {often}, and every refinement was kept."
    return (
        f"Each answer was refined {often} at most; a refinement was kept only where {plain(run.gate)}, shown both in "
        "both orders, preferred it to what it came from."
    )


def _listed(recipe: Mapping[str, Any], key: str, every: Sequence[str]) -> list[str]:
    """The values of a recipe's key, in the vocabulary's order."""
    told = recipe.get(key, every)
    return [value for value in every if value in told]


def _each_of(tasks: Sequence[str]) -> str:
    shown = [f"`{task}`" for task in tasks]
    return f"the task {shown[0]}" if len(shown) == 1 else f"each of the tasks {_and(shown)}"


def _and(values: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(values[:-1]), values[-1])))


def _named(some: Sequence[RunFacts], runs: Sequence[RunFacts]) -> str:
    """For which runs a sentence is: said where it is not for all."""
    return "" if len(some) == len(runs) else f"In {_and([plain(run.name) for run in some])}: "
