"""What a tree of a million tags costs: time to make, save, load, check, count, sample and compare it, with peak memory.

    python benchmarks/tree.py [--tags 1000000] [--cells 10000] [--seed 0]

`coverage` lays one record a cell over the tree; `diff` compares it with a later version in which one tag in a hundred
was renamed or moved, both being loaded.

Half of the root tags are English and half Chinese, on five levels, with tags put together from those of the seed trees.
Each step runs in a process of its own; a step that needs the tree loads it first, which is not part of its time but of
its peak memory. `make bench` writes the figures to benchmarks/results.json.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from document import put

if TYPE_CHECKING:
    from condor.knowledge import KnowledgeTree, SampledCell

RESULTS = Path(__file__).resolve().parent / "results.json"
TAGS, CELLS = 1_000_000, 10_000
#: The steps, and what each does.
STEPS = {
    "make": "make it, tag by tag",
    "load": "load",
    "save": "save",
    "validate": "validate (`check`)",
    "version": "content hash",
    "stats": "stats",
    "sample": "sample 10,000 cells",
    "coverage": "coverage of 10,000 records",
    "change": "copy it with 1 % changed, and save",
    "diff": "diff of the two (two trees in memory)",
    "deep": "a tree 10,000 levels deep: save, load, check, sample",
}
#: Seconds that a step may take at most.
TARGETS = {"load": 20, "save": 15, "validate": 5, "sample": 1}
#: The share of all tags on each level from the root tags downwards; the last level takes what is left.
LEVELS = (0.0001, 0.001, 0.01, 0.1)
DEEP = 10_000
#: The share of the tags that `change` renames or moves.
CHANGED = 0.01


def peak_mb() -> float:
    """The most resident memory that this process has had, in MB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e6


def words(language: str) -> list[str]:
    """What tags are put together from: the words of the English seed tree, the tags of the Chinese one."""
    from condor.knowledge import seed_tree

    tree = seed_tree("zh" if language == "zh" else "en")
    tags = {tree.name(child) for _, child in tree.edges()}
    return sorted(tags if language == "zh" else {word for tag in tags for word in tag.split()})


def made(tags: int, seed: int) -> "KnowledgeTree":
    """A tree of that many tags."""
    from condor.errors import DuplicateTag
    from condor.knowledge import KnowledgeTree
    from condor.vocabulary import LANGUAGES

    rng = random.Random(seed)
    tree = KnowledgeTree()
    for language in LANGUAGES:
        vocabulary, joint = words(language), "" if language == "zh" else " "
        above, share = [0], tags // len(LANGUAGES)
        for size in (*(max(1, int(share * level)) for level in LEVELS), share):
            level: list[int] = []
            size = min(size, share)
            while len(level) < size:
                parent = rng.choice(above)
                tag = joint.join(rng.sample(vocabulary, rng.randint(1, 3)))
                try:
                    level.append(tree.add(tag, parent=parent, language=language if parent == 0 else None))
                except DuplicateTag:
                    continue
            above, share = level, share - size
    return tree


def changed(tree: "KnowledgeTree", seed: int) -> "KnowledgeTree":
    """A later version of a tree: of its leaves, some have another name and as many stand under another tag."""
    from condor.knowledge import KnowledgeTree

    rng = random.Random(seed)
    parents = {node: parent for parent, node in tree.edges()}
    names = {node: tree.name(node) for node in parents}
    inner = [node for node in parents if not tree.is_leaf(node)]
    for number, leaf in enumerate(rng.sample(list(tree.leaves()), int(CHANGED * len(tree)))):
        if number % 2:
            names[leaf] += f" {number}"
            continue
        parent = rng.choice(inner)
        if tree.find((*tree.path(parent), names[leaf]), language=tree.language(parent)) is None:
            parents[leaf] = parent
    attributes = ({k: v for k, v in tree.graph.nodes[node].items() if k != "name"} for node in parents)
    nodes = ((node, names[node], held) for node, held in zip(parents, attributes, strict=True))
    return KnowledgeTree.from_edges(nodes, ((parent, node) for node, parent in parents.items()))


def deep_chain(folder: Path) -> None:
    """Save, load, check and sample a tree of one path, 10,000 levels deep."""
    from condor.knowledge import CellSampler, KnowledgeTree, load_tree, save_tree

    tree = KnowledgeTree()
    tree.add_path([f"level {level}" for level in range(DEEP)], language="en")
    save_tree(tree, folder / "deep.json")
    loaded = load_tree(folder / "deep.json")
    loaded.check()
    assert loaded.version == tree.version
    assert len(next(iter(CellSampler(loaded, languages=["en"], tasks=["view"], seed=0))).path) == DEEP


def seconds(action: Callable[[], object]) -> float:
    """How long an action takes."""
    begin = time.perf_counter()
    action()
    return time.perf_counter() - begin


def action(name: str, tree: "KnowledgeTree", folder: Path, options: argparse.Namespace) -> Callable[[], object]:
    """What a step does with the tree, once all that it needs is there."""
    from condor.knowledge import (
        CellSampler,
        Grid,
        Point,
        diff_trees,
        load_tree,
        measure_coverage,
        save_tree,
        tree_stats,
    )
    from condor.vocabulary import DIFFICULTIES, LANGUAGES, TASKS

    def cells() -> "list[SampledCell]":
        return list(islice(CellSampler(tree, languages=LANGUAGES, tasks=TASKS, seed=0), options.cells))

    later = folder / "later.json"
    if name == "diff":
        other = load_tree(later)
        return lambda: diff_trees(tree, other)
    if name == "coverage":
        points: list[Point] = [(cell, DIFFICULTIES[n % 3]) for n, cell in enumerate(cells())]
        return lambda: measure_coverage(tree, Grid(LANGUAGES, TASKS, DIFFICULTIES), points)
    actions: dict[str, Callable[[], object]] = {
        "save": lambda: save_tree(tree, folder / "again.json"),
        "validate": tree.check,
        "version": lambda: tree.version,
        "stats": lambda: tree_stats(tree),
        "sample": cells,
        "change": lambda: save_tree(changed(tree, options.seed), later),
    }
    return actions[name]


def step(name: str, folder: Path, options: argparse.Namespace) -> dict[str, float]:
    """Do one step in this process."""
    from condor.knowledge import load_tree, save_tree

    file = folder / "tree.json"
    if name == "make":
        trees: list[KnowledgeTree] = []
        taken = seconds(lambda: trees.append(made(options.tags, options.seed)))
        save_tree(trees[0], file)
    elif name == "load":
        taken = seconds(lambda: load_tree(file))
    elif name == "deep":
        taken = seconds(lambda: deep_chain(folder))
    else:
        taken = seconds(action(name, load_tree(file), folder, options))
    return {"s": round(taken, 2), "peak_mb": round(peak_mb())}


def main() -> None:
    """Measure, print and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tags", type=int, default=TAGS)
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step", choices=tuple(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(step(options.step, options.folder, options)))
        return
    figures: dict[str, Any] = {"tags": options.tags, "cells": options.cells, "seed": options.seed}
    with tempfile.TemporaryDirectory() as folder:
        for name in STEPS:
            command = [sys.executable, __file__, *sys.argv[1:], "--step", name, "--folder", folder]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            figures[name] = json.loads(done.stdout)
            print(f"{name:<9}{figures[name]['s']:>8.2f} s {figures[name]['peak_mb']:>7} MB", flush=True)
        figures["file_mb"] = round((Path(folder) / "tree.json").stat().st_size / 1e6, 1)
    results = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    results["tree_scale"] = figures
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    if options.tags == TAGS and options.cells == CELLS:
        put("knowledge.md", "scale", table_of(figures))


def table_of(figures: dict[str, Any]) -> str:
    """The figures as docs/ has them."""
    rows = ["| step | seconds | peak memory, MB | target |", "|---|---|---|---|"]
    for name, what in STEPS.items():
        target = f"{TARGETS[name]} s" if name in TARGETS else ""
        rows.append(f"| {what} | {figures[name]['s']:.2f} | {figures[name]['peak_mb']:,} | {target} |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
