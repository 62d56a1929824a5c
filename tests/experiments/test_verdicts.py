"""Verdicts are read back from a run's judgings as they were given, without a call, each judge's apart."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from condor.errors import JournalFault
from condor.experiments.judgement import judge_figures
from condor.experiments.status import open_run
from condor.experiments.verdicts import KnownJudge, known_judges, last_judged_by, open_verdicts, read_judged

from support import Cli, Endpoint

RECIPE = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: {records}\nmodel: rehearsal\n"


def _run(cli: Cli, records: int = 12) -> Path:
    assert cli.run("synth", cli.recipe(RECIPE.format(records=records)), "--run", "run").returncode == 0
    return cli.directory / "run"


def _judge(cli: Cli, *options: str) -> dict[str, Any]:
    result = cli.run("judge", "run", "--json", *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def _judges(run: Path) -> tuple[KnownJudge, ...]:
    verdicts = open_verdicts(run)
    assert verdicts is not None
    with verdicts:
        return known_judges(verdicts)


def _read(run: Path, judge: KnownJudge) -> dict[str, Any]:
    """The figures of what is read back, as `condor judge --json` has them."""
    _, journal = open_run(run)
    verdicts = open_verdicts(run)
    assert verdicts is not None
    with journal, verdicts:
        pairs = list(read_judged(journal.kept_chains(), verdicts, judge))
    assert all(judged.question == chain.question for chain, judged in pairs if judged is not None)
    judged = [judged for _, judged in pairs if judged is not None]
    found = judge_figures(judged, judge=judge.name, rehearsal=True, kept=len(pairs)).as_json()
    return json.loads(json.dumps(found))


@pytest.mark.parametrize(
    "options",
    [
        ("--pairwise", "void:refine"),
        ("--sample", "5"),
        ("--model", "rehearsal?malformed=0.6", "--pairwise", "void:refine"),
    ],
)
def test_what_is_read_back_has_the_figures_of_the_judging(cli: Cli, options: tuple[str, ...]) -> None:
    run = _run(cli)
    told = _judge(cli, *options)
    (judge,) = _judges(run)
    assert judge.identity == last_judged_by(run)
    assert (judge.compare_prompt is not None) == ("--pairwise" in options)
    assert _read(run, judge) == told


def test_each_judge_keeps_its_own_verdicts_also_where_another_says_the_same(cli: Cli, endpoint: Endpoint) -> None:
    run = _run(cli)
    first = _judge(cli, "--sample", "7")
    served = ("--model", "openai/rehearsal", "--api-base", endpoint.base)
    second = _judge(cli, *served, "--pairwise", "void:refine")
    asked = endpoint.count.received
    judges = _judges(run)
    assert [judge.name for judge in judges] == ["rehearsal", "openai/rehearsal"]
    assert [_read(run, judge) for judge in judges] == [first, second]
    assert [judge.compare_prompt is None for judge in judges] == [True, False]
    assert last_judged_by(run) == judges[1].identity
    assert endpoint.count.received == asked


def test_a_run_that_is_not_judged_has_no_journal_of_verdicts(cli: Cli) -> None:
    run = _run(cli, 3)
    assert open_verdicts(run) is None
    assert last_judged_by(run) is None


def test_a_verdict_that_went_missing_is_damage_and_no_missing_score(cli: Cli) -> None:
    run = _run(cli, 3)
    _judge(cli)
    (judge,) = _judges(run)
    with sqlite3.connect(run / "judged" / "journal.db") as database:  # a row less: each of the others is whole
        database.execute("DELETE FROM records WHERE id = (SELECT id FROM records WHERE kind = 'verdict' LIMIT 1)")
    with pytest.raises(JournalFault, match="damaged: no verdict"):
        _read(run, judge)
