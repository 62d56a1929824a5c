"""The hand-checked sample of the filters, and what the rules make of it."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from condor.corpus.filters.screening import RULES, FilterSettings, RuleName, broken_rules
from condor.corpus.formats import STAGES
from condor.corpus.records import Answer, Chain, Critique, Origin, Question, Refinement
from condor.experiments import Recipe, prepare_synthesis
from condor.experiments.status import open_run
from condor.knowledge import tasks_for
from condor.vocabulary import LANGUAGES, Language

SAMPLE = Path(__file__).parent / "corpus" / "filters" / "sample.yaml"
#: Texts that the rules were not tuned on.
HELD_OUT = SAMPLE.with_name("held_out.yaml")
#: Records that the embedded model writes for the sample, in either language.
REHEARSED = 84
#: The threshold looks at a score, not at a text.
MEASURED: tuple[RuleName, ...] = tuple(rule for rule in RULES if rule != "judge_threshold")


@dataclass(frozen=True)
class SampleText:
    """A text with what a person said of it: `good`, or the rule that must fire."""

    label: str
    chain: Chain
    fired: tuple[str, ...]

    @property
    def language(self) -> Language:
        return self.chain.question.origin.language


def make_chain(task: str, language: str, question: str, first: str | None, final: str) -> Chain:
    """A finished record: by default its first answer is another one than its last."""
    origin = Origin.model_validate(
        {"tree_version": "t", "path": ["Sample"], "task": task, "language": language, "difficulty": "medium"}
    )
    asked = Question(parent_id="cell", origin=origin, text=question)
    answer = Answer(parent_id=asked.id, origin=origin, text=first or f"{final}\n\nA first version of it.")
    critique = Critique(parent_id=answer.id, origin=origin, strengths="s", weaknesses="w", suggestions="g")
    return Chain(asked, answer, ((critique, Refinement(parent_id=critique.id, origin=origin, text=final, round=1)),))


def fired_on(chain: Chain, stage: str = "refine") -> tuple[str, ...]:
    """The rules that a record breaks, each asked on its own, with default limits."""
    origin = chain.question.origin
    examples = tasks_for(origin.language)[origin.task].examples
    name = STAGES[STAGES.index(stage)] if stage in STAGES else STAGES[-1]
    return tuple(
        found.rule for found in broken_rules(chain, FilterSettings(), stage=name, score=None, examples=examples)
    )


def read_sample(path: Path = SAMPLE) -> list[SampleText]:
    """All texts of a sample, in order."""
    texts = []
    for entry in yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        chain = make_chain(entry["task"], entry["language"], entry["q"], entry.get("first"), entry["a"])
        texts.append(SampleText(entry["label"], chain, fired_on(chain)))
    return texts


def rehearsed(count: int = REHEARSED) -> list[SampleText]:
    """What the embedded model writes, both stages of each record: all of it is good."""
    recipe = Recipe.model_validate(
        {"tree": ["seed:en", "seed:zh"], "languages": LANGUAGES, "records": 2 * count, "model": "rehearsal"}
    )
    with tempfile.TemporaryDirectory() as directory:
        run = Path(directory) / "run"
        with prepare_synthesis(recipe, run) as synthesis:
            asyncio.run(synthesis.run())
        _, journal = open_run(run)
        with journal:
            return [
                SampleText("good", chain, fired_on(chain, stage)) for chain in journal.kept_chains() for stage in STAGES
            ]


def rates_table(sample: Sequence[SampleText], held_out: Sequence[SampleText], written: Sequence[SampleText]) -> str:
    """The table of docs/filters.md, and what stands below it."""
    head = [
        "| Rule | Language | Fired on good | Missed | Held out: fired on good | Held out: missed | On the stand-in's |",
        f"|{' --- |' * 7}",
    ]
    rows = [
        f"| {rule} | {language} | {_rates(rule, language, sample)} | {_rates(rule, language, held_out)}"
        f" | {_fired_on(rule, [text for text in written if text.language == language])} |"
        for rule in MEASURED
        for language in LANGUAGES
    ]
    rows += [
        f"| any | {language} | {_any(language, sample)} | {_any(language, held_out)} | |" for language in LANGUAGES
    ]
    lists = [_listed("In the sample", sample), _listed("Held out", held_out)]
    return "\n".join([*head, *rows, "", "What is judged wrongly:", *(line for each in lists for line in each)])


def _listed(where: str, sample: Sequence[SampleText]) -> list[str]:
    wrong = [
        f"- {text.label}, {text.language}: {found} `{' '.join(text.chain.question.text.split())[:48]}`"
        for text, found in _mistakes(sample)
    ]
    return ["", f"{where}:", "", *(wrong or ["- nothing"])]


def _rates(rule: RuleName, language: Language, sample: Sequence[SampleText]) -> str:
    """On how many good texts a rule fires, and how many of its own it misses."""
    of_one = [text for text in sample if text.language == language]
    bad = [text for text in of_one if text.label == rule]
    fired = _fired_on(rule, [text for text in of_one if text.label == "good"])
    return f"{fired} | {_rate(sum(rule not in text.fired for text in bad), len(bad))}"


def _any(language: Language, sample: Sequence[SampleText]) -> str:
    """How many good texts some rule takes out, and how many bad ones their own rule misses."""
    good = [text for text in sample if text.language == language and text.label == "good"]
    bad = [text for text in sample if text.language == language and text.label != "good"]
    fired, missed = sum(bool(text.fired) for text in good), sum(text.label not in text.fired for text in bad)
    return f"{_rate(fired, len(good))} | {_rate(missed, len(bad))}"


def _fired_on(rule: RuleName, texts: Sequence[SampleText]) -> str:
    return _rate(sum(rule in text.fired for text in texts), len(texts))


def _rate(count: int, of: int) -> str:
    return f"{count} of {of} ({count / of:.1%})" if of else "none"


def _mistakes(sample: Sequence[SampleText]) -> Iterator[tuple[SampleText, str]]:
    for text in sample:
        if text.label == "good" and text.fired:
            yield text, f"fired {', '.join(text.fired)}:"
        elif text.label != "good" and text.label not in text.fired:
            yield text, "missed:"
