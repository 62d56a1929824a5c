"""A release's card: README.md with the header that Hugging Face reads."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from .card_facts import CardFacts, ScoreLine
from .card_formats import formats_and_splits, purposes
from .card_header import render_header
from .card_method import answers_of, critics, method
from .compared import compared_benchmarks
from .manifest import Manifest, RunFacts
from .markdown import fenced, plain, table

#: Root tags that the card names.
_TOP_ROOTS: Final = 20
_PAPER: Final = "https://arxiv.org/abs/2501.12273"
_LANGUAGE_NAMES: Final = {"en": "English", "zh": "Chinese"}
_REHEARSAL: Final = (
    "> **Rehearsal data.** The embedded stand-in model wrote this, or a part of it, to try the pipeline. It is not for "
    "training, and it cannot be pushed to a hub."
)


def render_card(facts: CardFacts) -> str:
    """README.md."""
    parts = (_head, formats_and_splits, method, _figures, _scores, _models, _filters, _again, _limits, _citation)
    body = "\n".join("\n".join(part(facts)) + "\n" for part in parts)
    return f"---\n{render_header(facts)}---\n\n{body}"


def _head(facts: CardFacts) -> Iterator[str]:
    manifest = facts.manifest
    yield f"# {plain(manifest.name)} {plain(manifest.version)}"
    yield ""
    if manifest.rehearsal:
        yield _REHEARSAL
        yield ""
    languages = " and ".join(_LANGUAGE_NAMES[name] for name, _ in facts.figures.counted("language"))
    dated = f", made {manifest.date}" if manifest.date else ""
    yield (
        f"{manifest.released:,} questions in {languages}, with {answers_of(facts)}, from {facts.figures.leaves:,} leaf "
        f"tags of a World Knowledge Tree. Synthetic data{purposes(facts)}{dated}. `CHANGES.md` says what changed since "
        "an earlier release, where it was compared with one; `manifest.json` holds a hash of every file, and `condor "
        "verify` checks them all."
    )


def _figures(facts: CardFacts) -> Iterator[str]:
    figures = facts.figures
    yield "## Figures"
    for name in ("language", "task", "difficulty"):
        yield ""
        yield from table((name, "records", "%"), _shares(figures.counted(name), facts.manifest.released))
    roots = figures.top_roots(_TOP_ROOTS)
    more = len(figures.roots) - len(roots)
    yield ""
    yield from table(("language", "root tag", "records"), roots)
    if more > 0:
        yield ""
        yield f"And {more:,} more root tags."
    yield ""
    yield "Lengths in characters:"
    yield ""
    yield from table(
        ("language", "text", "mean", "median", "95th percentile", "longest"),
        ((lang, what, each.mean, each.median, each.p95, each.longest) for lang, what, each in figures.lengths()),
    )


def _shares(counts: Sequence[tuple[str, int]], total: int) -> Iterator[tuple[str, int, float]]:
    return ((value, count, 100 * count / total) for value, count in counts)


def _scores(facts: CardFacts) -> Iterator[str]:
    yield "## Judge scores"
    yield ""
    judges = [run.judge for run in facts.manifest.runs if run.judge is not None and run.judge.scored]
    if not any(line.count for line in facts.scores):
        yield "Nobody has judged these records."
        return
    names = sorted({judge.model for judge in judges})
    yield f"By {', '.join(map(plain, names))}: the mean of five criteria, each from 1 to 10, with a 95 % interval."
    if any(judge.rehearsal for judge in judges):
        yield "The rehearsal model is no judge: these scores say nothing of the records."
    yield ""
    yield from table(
        ("of", "mean", "interval", "scored", "not scored"),
        ((line.of, _figure(line.mean), _interval(line), line.count, line.missing) for line in facts.scores),
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _interval(line: ScoreLine) -> str:
    return "" if line.low is None or line.high is None else f"{line.low:.2f} to {line.high:.2f}"


def _models(facts: CardFacts) -> Iterator[str]:
    manifest = facts.manifest
    yield "## Models and prompts"
    yield ""
    yield from table(
        ("run", "step", "model", "settings", "prompt version", "records"),
        (
            (run.name, made.stage, made.model, _settings(made.sampling), made.prompt_version, made.records)
            for run in manifest.runs
            for made in run.makers
        ),
    )
    yield ""
    gated = manifest.stage == "refine" and any(run.gate for run in manifest.runs)
    yield from table(
        ("run", "tree version", "kept", "released", *(["refinements kept by"] if gated else [])),
        ((*_run_cells(run), *([run.gate or "no gate: every one kept"] if gated else [])) for run in manifest.runs),
    )


def _run_cells(run: RunFacts) -> tuple[object, ...]:
    return run.name, ", ".join(run.tree_versions) or run.tree_version, run.kept, run.released


def _settings(sampling: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(sampling.items()))


def _filters(facts: CardFacts) -> Iterator[str]:
    manifest = facts.manifest
    yield "## What was left out"
    yield ""
    yield from table(
        ("rule", "records"),
        (("kept in the runs", manifest.kept), *manifest.removed.items(), ("released", manifest.released)),
    )
    yield ""
    restored = f" {manifest.restored:,} were put back by a person." if manifest.restored else ""
    yield f"Each record that a rule left out is in `reports/removed.jsonl`, with the rule and its figure.{restored}"
    yield from _unscored(manifest)


def _unscored(manifest: Manifest) -> Iterator[str]:
    """What a least score says nothing of."""
    least = manifest.settings.get("filters", {}).get("min_score")
    if least is not None and manifest.unscored:
        yield ""
        yield f"Records below {least:g} were left out; {manifest.unscored:,} released ones have no score at all."


def _again(facts: CardFacts) -> Iterator[str]:
    yield "## How to make it again"
    yield ""
    needed = " and ".join(["the same runs", *_compared_with(facts.manifest)])
    yield f"With Condor {plain(facts.manifest.condor)}, {needed}, to the same bytes:"
    yield ""
    yield from fenced(facts.command, "sh")
    yield ""
    yield "where `release.yaml` says"
    yield ""
    yield from fenced(facts.plan, "yaml")


def _compared_with(manifest: Manifest) -> Iterator[str]:
    """What the release was made from besides runs, each by a hash."""
    if (before := manifest.settings.get("previous")) is not None:
        title = f"{plain(before['name'])} {plain(before['version'])}"
        yield f"the release before, {title} (SHA-256 of its manifest: {before['sha256']})"
    if manifest.settings.get("against") or manifest.settings.get("decontaminate"):
        yield "the same files to compare with (`settings` in `manifest.json` holds their hashes)"


def _limits(facts: CardFacts) -> Iterator[str]:
    yield "## Known limits"
    yield ""
    yield "- Every text was written by a language model. Facts, figures and quotations were checked by nobody."
    yield "- The leanings of the models that wrote them are in the data."
    if said := critics(facts):
        yield f"- {said}"
    yield "- Filters look for patterns: they miss some of what they look for, and take some of what is good."
    yield f"- {_compared(facts.manifest.settings)}"
    if not any(line.count for line in facts.scores):
        yield "- The quality of the answers was not measured."
    yield f"- The licence, {plain(facts.manifest.license)}, is the publisher's word; a model's own terms may add to it."


def _compared(settings: Mapping[str, Any]) -> str:
    """Which benchmarks the records were compared with."""
    names = [plain(each) for each in compared_benchmarks(settings)]
    if not names:
        return "No benchmark was named: whether texts of one are in the data is not known."
    return f"Compared with these benchmark files, and no others: {', '.join(names)}."


def _citation(facts: CardFacts) -> Iterator[str]:
    manifest = facts.manifest
    key = "".join(each if each.isalnum() else "_" for each in f"{manifest.name}_{manifest.version}")
    year = f",\n  year    = {{{manifest.date[:4]}}}" if manifest.date else ""
    yield "## How to cite"
    yield ""
    yield from fenced(
        f"@misc{{{key},\n  title   = {{{manifest.name}}},\n  version = {{{manifest.version}}}{year},\n"
        f"  note    = {{Synthetic data made with Condor, by the method of arXiv:2501.12273}}\n}}",
        "bibtex",
    )
    yield ""
    yield f"And the paper of the method: [arXiv 2501.12273]({_PAPER})."
