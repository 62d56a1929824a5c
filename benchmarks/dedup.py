"""How long it takes to find the near-duplicates among many tags, and how many of those that were put in are found.

    python benchmarks/dedup.py [--tags 100000]

Half of the tags are made from the rehearsal model's English banks, half from its Chinese ones; one in twenty is a
respelling of an earlier one (case, hyphens, a plural, 的). `make bench` writes the figures to benchmarks/results.json.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from condor.knowledge.cleaning import find_duplicates
from condor.runtime.rehearsal.writer.language import TagBank, get_language

RESULTS = Path(__file__).resolve().parent / "results.json"
#: One tag in so many is a respelling.
EVERY = 20


def distinct_tags(bank: TagBank, rng: random.Random) -> Iterator[str]:
    """A bank's themes, their children, and facets of these, each narrowed by another bank entry."""
    heads = [*bank.themes, *(child for children in bank.themes.values() for child in children)]
    facets = [*bank.facets, *bank.narrow_facets]
    pairs = [(head, facet) for head in heads for facet in facets]
    rng.shuffle(pairs)
    yield from heads
    yield from (facet.apply(head) for head, facet in pairs)


def respell(tag: str, rng: random.Random) -> str:
    """The same topic, written in another way."""
    if tag.isascii():
        return rng.choice((tag.upper(), tag.replace(" ", "-"), f"The {tag}", f"{tag}."))
    return rng.choice((f"{tag}。", f"{tag[:1]}{tag[1:]}！", f"《{tag}》", f"“{tag}”"))


def make_tags(count: int, rng: random.Random) -> tuple[list[str], int]:
    """Tags of both languages in a fixed order, and how many of them are respellings."""
    share = count // 2
    tags: list[str] = []
    for code in ("en", "zh"):
        tags += islice(distinct_tags(get_language(code).tags, rng), share - share // EVERY)
    respelt = [respell(tag, rng) for tag in rng.sample(tags, min(count - len(tags), len(tags)))]
    return [*tags, *respelt], len(respelt)


def measure(count: int) -> dict[str, float]:
    """Find the duplicates once."""
    tags, respelt = make_tags(count, random.Random(0))
    started = time.perf_counter()
    found = {position for position, _ in find_duplicates(tags)}
    seconds = time.perf_counter() - started
    first = len(tags) - respelt
    return {
        "tags": len(tags),
        "seconds": round(seconds, 1),
        "respelt": respelt,
        "respelt_found": sum(position >= first for position in found),
        "others_found": sum(position < first for position in found),
    }


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tags", type=int, default=100_000)
    options = parser.parse_args()
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["tag_dedup"] = measure(options.tags)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(json.dumps({"tag_dedup": results["tag_dedup"]}, indent=2))


if __name__ == "__main__":
    main()
