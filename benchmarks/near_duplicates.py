"""How long it takes to find the near duplicates among many questions, and passages of a benchmark in many records.

    python benchmarks/near_duplicates.py [--questions 200000] [--items 20000]

Half of the questions are the rehearsal model's English ones, half its Chinese ones, on tags that all differ; one in
twenty is a variant of an earlier one: another name, another number, or a clause put in another way. A variant that is
alike beyond the threshold, by all of its shingles, should be found, unless its number is another: that is another
question. `recall` is the share of these that are. Of the
others, which the rehearsal model made from patterns, `others_found` tells how many are taken for duplicates, and
`found_in_vain` how many of all that were found are not alike. For decontamination one record in a hundred quotes an
item of the benchmark. `make bench` writes the figures to benchmarks/results.json.
"""

import argparse
import json
import random
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from dedup import distinct_tags

from condor.corpus.benchmark_files import BenchmarkItem
from condor.corpus.decontamination import Benchmarks, CheckedText
from condor.corpus.folding import fold_question
from condor.corpus.near_duplicates import Duplicate, DuplicateSettings, QuestionText, find_near_duplicates
from condor.corpus.numbers import numbers_in
from condor.corpus.shingles import jaccard, shingles
from condor.runtime.rehearsal.writer.language import get_language
from condor.runtime.rehearsal.writer.questions import write_questions
from condor.vocabulary import LANGUAGES, TASKS

RESULTS = Path(__file__).resolve().parent / "results.json"
#: One question in so many is a variant of another, and one record in so many quotes a benchmark.
EVERY_VARIANT, EVERY_QUOTE = 20, 100
#: A variant that is alike by less than this beyond the threshold is just alike: there sketches miss the most.
NEAR = 0.05
NAMES = {"en": ("Anna Berg", "Tom Weaver", "Grace Okoro"), "zh": ("王小梅", "李建国", "陈晓")}
FIRST = {"en": "{} has asked me this. {}", "zh": "{}问了我这件事。{}"}
CLAUSES = {"en": ("Please keep it short.", "Be brief in your reply, please."), "zh": ("请尽量简短。", "回答不要太长。")}
NUMBER = re.compile(r"\d+")
JOINER = {"en": " ", "zh": ""}


def questions_in(language: str, count: int, rng: random.Random) -> list[str]:
    """The rehearsal model's questions on so many tags as are needed, each tag taken once with one task."""
    tags = list(distinct_tags(get_language(language).tags, rng))
    made: list[str] = []
    while len(made) < count:
        for leaf in tags:
            made += write_questions([rng.choice(tags), leaf], rng.choice(TASKS), [], language, rng).values()
            if len(made) >= count:
                break
    return made[:count]


def vary(text: str, language: str, kind: str, rng: random.Random) -> tuple[str, str]:
    """A question and a variant of it, which differ in one thing."""
    one, other = rng.sample(NAMES[language], 2)
    if kind == "name":
        return FIRST[language].format(one, text), FIRST[language].format(other, text)
    if kind == "number" and (found := list(NUMBER.finditer(text))):
        place = rng.choice(found)
        return text, f"{text[: place.start()]}{int(place[0]) + rng.randint(1, 60)}{text[place.end() :]}"
    first, second = CLAUSES[language]
    joiner = JOINER[language]
    return f"{text}{joiner}{first}", f"{text}{joiner}{second}"


def make_questions(language: str, count: int, rng: random.Random) -> tuple[list[str], dict[int, tuple[int, str]]]:
    """Questions, and of those that are variants the place of the original and the kind."""
    variants = count // EVERY_VARIANT
    texts = questions_in(language, count - variants, rng)
    planted: dict[int, tuple[int, str]] = {}
    for number, place in enumerate(rng.sample(range(len(texts)), variants)):
        kind = ("name", "number", "clause")[number % 3]
        texts[place], variant = vary(texts[place], language, kind, rng)
        planted[len(texts)] = place, kind
        texts.append(variant)
    return texts, planted


def likeness(one: str, other: str) -> float:
    """The share of shingles in both; 0 where their numbers differ, which makes two questions of them."""
    if numbers_in(fold_question(one)) != numbers_in(fold_question(other)):
        return 0.0
    return jaccard(shingles(fold_question(one)), shingles(fold_question(other)))


def measure_duplicates(count: int) -> dict[str, object]:
    """Find the near duplicates once, both languages together."""
    settings, texts, planted = DuplicateSettings(), dict[str, str](), dict[str, tuple[str, str]]()
    for language in LANGUAGES:
        some, variants = make_questions(language, count // 2, random.Random(f"near {language}"))
        texts |= {f"{language}{place:07}": text for place, text in enumerate(some)}
        planted |= {f"{language}{a:07}": (f"{language}{b:07}", kind) for a, (b, kind) in variants.items()}
    questions = [QuestionText(name, text) for name, text in texts.items()]
    started, processor = time.perf_counter(), time.process_time()
    found = find_near_duplicates(questions, settings)
    seconds, processor = time.perf_counter() - started, time.process_time() - processor
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    removed = {item.question_id: item for item in found}
    others = [item for item in found if item.question_id not in planted]
    vain = sum(likeness(texts[item.question_id], texts[item.of]) < settings.min_share for item in found)
    return {
        "questions": len(questions),
        "min_share": settings.min_share,
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "peak_mb": round(peak_mb),
        "planted": {language: recall(language, planted, texts, removed, settings) for language in LANGUAGES},
        "others_found": len(others),
        "found_in_vain": vain,
    }


def recall(
    language: str,
    planted: dict[str, tuple[str, str]],
    texts: dict[str, str],
    removed: dict[str, Duplicate],
    settings: DuplicateSettings,
) -> dict[str, object]:
    """Of a language's variants, how many are alike beyond the threshold, and how many of these were found."""
    mine = {name: of for name, of in planted.items() if name.startswith(language)}
    alike = {name: of for name, of in mine.items() if likeness(texts[name], texts[of[0]]) >= settings.min_share}
    # Where the original is a duplicate of a third question, one of the two may rightly stand.
    pairs = {name: of for name, of in alike.items() if of[0] not in removed or name in removed}
    hits = sum(name in removed for name in pairs)
    just = [name for name, of in pairs.items() if likeness(texts[name], texts[of[0]]) < settings.min_share + NEAR]
    kinds = Counter(kind for name, (_, kind) in mine.items() if name in removed)
    return {
        "variants": len(mine),
        "alike": len(alike),
        "found": hits,
        "recall": round(hits / max(1, len(pairs)), 5),
        "just_alike": len(just),
        "just_alike_found": sum(name in removed for name in just),
        "removed_by_kind": dict(sorted(kinds.items())),
    }


def records(count: int, items: list[str], language: str, rng: random.Random) -> Iterator[CheckedText]:
    """Questions with an answer's length of others behind them; one in so many quotes an item."""
    texts = questions_in(language, count, rng)
    for place, text in enumerate(texts):
        parts = [text, *(texts[rng.randrange(count)] for _ in range(4))]
        if place % EVERY_QUOTE == 0:
            parts.insert(rng.randrange(len(parts)), rng.choice(items).upper())
        yield CheckedText(f"{language}{place}", "answer", JOINER[language].join(parts))


def benchmark_text(language: str, rng: random.Random) -> str:
    """An item that no record holds by chance: words of letters, or characters, in an order of their own."""
    if language == "en":
        return " ".join("".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=rng.randint(3, 9))) for _ in range(60))
    return "".join(chr(rng.randrange(0x4E00, 0x9FA5)) for _ in range(120))


def measure_contamination(count: int, items: int) -> dict[str, object]:
    """Look for benchmark items in records, once."""
    rng = random.Random("contamination")
    known = {language: [benchmark_text(language, rng) for _ in range(items // 2)] for language in LANGUAGES}
    texts = [text for some in known.values() for text in some]
    started = time.perf_counter()
    benchmarks = Benchmarks(BenchmarkItem("items", number, (text,)) for number, text in enumerate(texts, start=1))
    building = time.perf_counter() - started
    seconds, found, planted = 0.0, 0, 0
    for language in LANGUAGES:
        checked = list(records(count // 2, known[language], language, rng))
        planted += len(range(0, count // 2, EVERY_QUOTE))
        started = time.perf_counter()
        found += sum(1 for _ in benchmarks.find_all(checked))
        seconds += time.perf_counter() - started
    return {
        "records": count,
        "items": items,
        "build_seconds": round(building, 1),
        "seconds": round(seconds, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "quoting": planted,
        "found": found,
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=200_000)
    parser.add_argument("--items", type=int, default=20_000)
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    # In this order: the memory of a process is only ever seen at its highest.
    results["near_duplicates"] = measure_duplicates(options.questions)
    results["decontamination"] = measure_contamination(options.questions, options.items)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps({name: results[name] for name in ("near_duplicates", "decontamination")}, indent=2))


if __name__ == "__main__":
    main()
