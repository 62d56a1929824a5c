"""Prompts are compiled on the command line, survive a kill, and are used by what comes after."""

import json
import os
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from condor.experiments.compiled import CompiledStep, save_compiled
from condor.knowledge import KnowledgeTree, save_tree
from condor.programs import RefineAnswer, WriteQuestions
from condor.runtime.rehearsal.settings import RehearsalSettings

from prompt_samples import compiled
from support import Cli, Endpoint, refused, status, wait_for

SMALL = ("--train", "6", "--val", "4", "--holdout", "10", "--budget-calls", "300", "--concurrency", "4")
RECIPE = "tree: seed:en\nrecords: 9\nmodel: rehearsal\n"


def optimize(cli: Cli, step: str, *options: str, run: str = "opt", model: str = "rehearsal") -> dict[str, Any]:
    result = cli.run("optimize", step, "--run", run, "--model", model, "--json", *SMALL, *options)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def prompts(cli: Cli, run: str) -> dict[str, str]:
    with sqlite3.connect(cli.directory / run / "journal.db") as database:
        return dict(database.execute("SELECT stage, prompt_version FROM steps GROUP BY stage"))


def served(endpoint: Endpoint) -> tuple[str, ...]:
    return ("--model", "openai/rehearsal", "--api-base", endpoint.base)


def test_a_step_is_compiled_and_told_in_words(cli: Cli) -> None:
    result = cli.run("optimize", "refine", "--run", "opt", "--model", "rehearsal", *SMALL)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == ("refine by gepa: train 6, val 4, holdout 10, no root tag in two of them; 300 calls at most")
    assert re.match(r"calls \d+ of 300: generator \d+, inputs 60, judge \d+, optimizer \d+$", lines[1])
    said = "\n".join(lines)
    assert re.search(r"^hold-out before  0\.\d{3} \[0\.\d{3}, 0\.\d{3}\] over 10$", said, re.MULTILINE)
    assert re.search(r"^difference       [+-]0\.\d{3} \[[+-]0\.\d{3}, [+-]0\.\d{3}\] over 10$", said, re.MULTILINE)
    report = json.loads((cli.directory / "opt" / "optimization.json").read_text(encoding="utf-8"))
    if report["improved"]:
        assert "improved: opt/compiled/refine.json; use it with: condor synth RECIPE --run NEW --programs opt" in lines
    else:
        assert "nothing better was found: the built-in prompts stay; the report is opt/optimization.json" in lines
    assert "rehearsal data" in lines[-1]
    assert result.stderr.splitlines() == [
        "the judge, rehearsal, is the model that wrote the results; --judge names another"
    ]


def test_the_endpoint_is_never_asked_more_often_than_the_budget_says(cli: Cli, endpoint: Endpoint) -> None:
    found = optimize(cli, "answer", *served(endpoint), "--budget-calls", "150")
    assert endpoint.count.calls == sum(found["calls"].values()) <= 150
    assert found["rehearsal"]
    again = optimize(cli, "answer", *served(endpoint), "--budget-calls", "150")
    assert (again, endpoint.count.calls) == (found, sum(found["calls"].values()))


def test_three_models_have_their_own_calls(cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]) -> None:
    writer, judge, proposer = (serve(RehearsalSettings()) for _ in range(3))
    result = cli.run(
        "optimize", "answer", "--run", "opt", "--json", *SMALL, *served(writer),
        "--judge", "openai/rehearsal", "--judge-base", judge.base,
        "--optimizer-model", "openai/rehearsal", "--optimizer-base", proposer.base,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    calls = json.loads(result.stdout)["calls"]
    assert writer.count.calls == calls["inputs"] + calls["generator"]
    assert (judge.count.calls, proposer.count.calls) == (calls["judge"], calls["optimizer"])


@pytest.mark.parametrize("optimizer", ["gepa", "simba"])
def test_one_that_was_killed_goes_on_and_pays_for_no_reply_twice(
    optimizer: str, cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    whole = optimize(cli, "answer", *served(serve(RehearsalSettings())), "--optimizer", optimizer, run="whole")
    endpoint = serve(RehearsalSettings(latency=0.02))
    options = ("--run", "opt", "--optimizer", optimizer, *SMALL, *served(endpoint))
    for calls in (25, 70):
        process = cli.start("optimize", "answer", *options)
        wait_for(lambda calls=calls: endpoint.count.calls >= calls)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    found = optimize(cli, "answer", *options)
    assert found["program"]["prompts"] == whole["program"]["prompts"]
    assert [found[name] for name in ("before", "after", "difference")] == [
        whole[name] for name in ("before", "after", "difference")
    ]
    # What was in flight at each kill is lost, and counts.
    assert endpoint.count.calls <= sum(whole["calls"].values()) + 2 * 4
    assert sum(found["calls"].values()) >= endpoint.count.calls
    assert endpoint.count.calls <= 300


def test_calls_that_a_kill_lost_do_not_change_how_far_the_optimizer_goes(
    cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    sizes = ("--train", "4", "--val", "4", "--holdout", "6", "--budget-calls", "126")
    whole = optimize(cli, "refine", *served(serve(RehearsalSettings())), *sizes, run="whole")
    endpoint = serve(RehearsalSettings(latency=0.1))
    options = (*served(endpoint), *sizes, "--concurrency", "12")
    process = cli.start("optimize", "refine", "--run", "opt", *SMALL, *options)
    wait_for(lambda: endpoint.count.calls >= 30)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    found = optimize(cli, "refine", *options)
    assert found["calls"]["inputs"] > whole["calls"]["inputs"]  # those in flight were lost, and count
    assert found["program"]["prompts"] == whole["program"]["prompts"]
    assert found["candidates"] == whole["candidates"]
    assert endpoint.count.calls <= sum(found["calls"].values()) <= 126


def test_ctrl_c_keeps_what_was_answered(cli: Cli, serve: Callable[[RehearsalSettings], Endpoint]) -> None:
    endpoint = serve(RehearsalSettings(latency=0.02))
    options = ("optimize", "answer", "--run", "opt", *SMALL, *served(endpoint))
    process = cli.start(*options)
    wait_for(lambda: endpoint.count.calls >= 60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "stopping: calls in flight get a few seconds" in out
    assert err.splitlines()[-1].startswith("condor: stopped")
    assert "Traceback" not in err
    asked = endpoint.count.calls
    assert cli.run(*options).returncode == 0
    whole = optimize(cli, "answer", *served(serve(RehearsalSettings())), run="whole")
    assert endpoint.count.calls == sum(whole["calls"].values())
    assert asked < endpoint.count.calls


def better(cli: Cli, step: str, run: str = "opt") -> dict[str, str]:
    """Compile a step, and let it count as better whatever the hold-out says; its versions by stage."""
    optimize(cli, step, run=run)
    path = cli.directory / run / "compiled" / f"{step}.json"
    program = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(program | {"improved": True}), encoding="utf-8")
    return {prompt["stage"]: prompt["prompt_version"] for prompt in program["prompts"]}


def test_an_earlier_program_that_stays_is_named(cli: Cli) -> None:
    better(cli, "refine")
    path = cli.directory / "opt" / "compiled" / "refine.json"
    program = json.loads(path.read_text(encoding="utf-8"))
    program["scores"]["difference"]["mean"] = 0.9
    path.write_text(json.dumps(program), encoding="utf-8")
    options = ("--optimizer", "bootstrap", "--model", "rehearsal", *SMALL)
    result = cli.run("optimize", "refine", "--run", "opt", *options)
    assert result.returncode == 0, result.stderr
    assert "the built-in prompts stay" not in result.stdout
    said = (
        r"^(nothing better was found|improved, but not by more): opt/compiled/refine\.json \(gepa, \+0\.900\) stays; "
    )
    assert re.search(said, result.stdout, re.MULTILINE)
    assert json.loads(path.read_text(encoding="utf-8")) == program


def test_a_synthesis_uses_what_was_compiled_and_its_records_say_so(cli: Cli) -> None:
    compiled = better(cli, "refine")
    recipe = cli.recipe(RECIPE)
    result = cli.run("synth", recipe, "--run", "run", "--programs", "opt")
    assert result.returncode == 0, result.stderr
    assert f"compiled prompts: refinement {compiled['refinement']}" in result.stdout
    assert prompts(cli, "run")["refinement"] == compiled["refinement"]
    # Without the option, and without the directory, it goes on with what it was begun with.
    (cli.directory / "opt" / "compiled" / "refine.json").unlink()
    assert cli.run("synth", recipe, "--run", "run", "--records", "12").returncode == 0
    assert prompts(cli, "run")["refinement"] == compiled["refinement"]
    with sqlite3.connect(cli.directory / "run" / "journal.db") as database:
        bodies = database.execute("SELECT body FROM records WHERE kind = 'refinement'").fetchall()
    versions = {json.loads(body)["provenance"]["prompt_version"] for (body,) in bodies}
    assert versions == {compiled["refinement"]}
    # The run's own recipe is one for a run with the same prompts.
    assert cli.run("synth", "run/recipe.yaml", "--run", "same", "--records", "2").returncode == 0
    assert prompts(cli, "same")["refinement"] == compiled["refinement"]


def keep(cli: Cli, step: CompiledStep, instructions: str = "Do it, and well.", *, improved: bool = True) -> str:
    """Put a program into opt/compiled, as an optimization leaves it; the version of its prompt."""
    program = compiled(step, instructions, improved=improved)
    directory = cli.directory / "opt" / "compiled"
    directory.mkdir(parents=True, exist_ok=True)
    save_compiled(program, directory / program.file_name)
    return program.prompts[0].prompt_version


def test_a_run_refuses_prompts_that_it_was_not_begun_with(cli: Cli) -> None:
    keep(cli, "refine")
    recipe = cli.recipe(RECIPE)
    assert cli.run("synth", recipe, "--run", "plain").returncode == 0
    line = refused(cli, "synth", recipe, "--run", "plain", "--programs", "opt")
    assert line == "condor: plain: was begun with another prompt for refinement; choose another --run"
    assert cli.run("synth", recipe, "--run", "run", "--programs", "opt").returncode == 0
    keep(cli, "refine", "Do it in another way.")
    line = refused(cli, "synth", recipe, "--run", "run", "--programs", "opt")
    assert line == "condor: run: was begun with another prompt for refinement; choose another --run"


def test_a_run_goes_on_whatever_else_is_compiled_and_when_that_is_gone(cli: Cli) -> None:
    refinement, built_in = keep(cli, "refine"), WriteQuestions().prompt_version()
    keep(cli, "expand")
    command = ("synth", cli.recipe(RECIPE), "--run", "run", "--programs", "opt")
    assert cli.run(*command).returncode == 0
    frozen = json.loads((cli.directory / "run" / "programs.json").read_text(encoding="utf-8"))
    assert [prompt["stage"] for prompt in frozen["prompts"]] == ["refinement"]
    keep(cli, "question")
    keep(cli, "expand", "Do it in another way.")
    result = cli.run(*command, "--records", "12")
    assert result.returncode == 0, result.stderr
    shutil.rmtree(cli.directory / "opt")
    result = cli.run(*command, "--records", "15")
    assert result.returncode == 0, result.stderr
    assert f"compiled prompts: refinement {refinement}\n" in result.stdout
    with sqlite3.connect(cli.directory / "run" / "journal.db") as database:
        used = set(
            database.execute("SELECT stage, prompt_version FROM steps WHERE stage IN ('question', 'refinement')")
        )
    assert used == {("question", built_in), ("refinement", refinement)}


def test_a_run_that_began_before_anything_was_better_goes_on_with_the_built_in_prompts(cli: Cli) -> None:
    keep(cli, "refine", improved=False)
    command = ("synth", cli.recipe(RECIPE), "--run", "run", "--programs", "opt")
    assert cli.run(*command).returncode == 0
    keep(cli, "refine")
    result = cli.run(*command, "--records", "12")
    assert result.returncode == 0, result.stderr
    assert prompts(cli, "run")["refinement"] == RefineAnswer().prompt_version()


@pytest.mark.parametrize("named", [True, False])
def test_a_synthesis_whose_frozen_prompts_are_lost_or_changed_is_refused(named: bool, cli: Cli) -> None:
    keep(cli, "refine")
    recipe = cli.recipe(RECIPE)
    assert cli.run("synth", recipe, "--run", "run", "--programs", "opt").returncode == 0
    keep(cli, "refine", "Do it in another way.")
    assert cli.run("synth", recipe, "--run", "other", "--programs", "opt").returncode == 0
    command = ("synth", recipe, "--run", "run", "--records", "12", *(("--programs", "opt") if named else ()))
    frozen = cli.directory / "run" / "programs.json"
    kept = frozen.read_bytes()
    frozen.write_bytes((cli.directory / "other" / "programs.json").read_bytes())
    put_back = "put back the file that was written there"
    line = refused(cli, *command)
    assert line == f"condor: run/programs.json: not as the run began with it; {put_back}"
    frozen.unlink()
    shutil.rmtree(cli.directory / "opt")
    line = refused(cli, *command)
    assert line == f"condor: run/programs.json: missing, and the run began with it; {put_back}"
    frozen.write_bytes(kept)
    assert cli.run(*command).returncode == 0


def test_a_run_takes_no_prompts_that_are_put_into_it_later(cli: Cli) -> None:
    keep(cli, "refine")
    recipe = cli.recipe(RECIPE)
    assert cli.run("synth", recipe, "--run", "run", "--programs", "opt").returncode == 0
    assert cli.run("synth", recipe, "--run", "plain").returncode == 0
    shutil.copy(cli.directory / "run" / "programs.json", cli.directory / "plain")
    line = refused(cli, "synth", recipe, "--run", "plain", "--records", "12")
    assert line == "condor: plain/programs.json: the run began without it; move it away"


def test_a_growth_whose_frozen_prompts_are_lost_is_refused(cli: Cli) -> None:
    keep(cli, "expand")
    options = ("tree", "grow", "--run", "tree", "--roots", "2", "--depth", "2", "--branching", "3")
    assert cli.run(*options, "--programs", "opt").returncode == 0
    used = prompts(cli, "tree")
    (cli.directory / "tree" / "programs.json").unlink()
    for again in (options, (*options, "--programs", "opt")):
        line = refused(cli, *again)
        assert line.startswith("condor: tree/programs.json: missing, and the run began with it; put back")
    assert prompts(cli, "tree") == used


def test_a_directory_that_is_not_there_is_refused_by_a_run_that_did_not_begin_with_it(cli: Cli) -> None:
    recipe = cli.recipe(RECIPE)
    line = refused(cli, "synth", recipe, "--run", "run", "--programs", "opt")
    assert line == "condor: opt: no compiled program here; condor optimize makes some"
    assert not (cli.directory / "run").exists()
    assert cli.run("synth", recipe, "--run", "run").returncode == 0
    assert refused(cli, "synth", recipe, "--run", "run", "--programs", "opt") == line


def test_a_fork_keeps_all_that_comes_before_the_compiled_prompt(cli: Cli) -> None:
    better(cli, "refine")
    recipe = cli.recipe(RECIPE + "programs: opt\n")
    assert cli.run("synth", cli.recipe(RECIPE, "plain.yaml"), "--run", "plain").returncode == 0
    result = cli.run("synth", recipe, "--run", "fork", "--fork", "plain")
    assert result.returncode == 0, result.stderr
    assert "what differs: prompt of refinement" in result.stdout
    figures = status(cli, "fork")
    assert figures["calls_by_stage"] == {"question": 0, "answer": 0, "critique": 0, "refinement": 9}


def test_a_tree_is_grown_with_what_was_compiled(cli: Cli) -> None:
    compiled = better(cli, "expand")
    options = ("tree", "grow", "--run", "tree", "--roots", "2", "--depth", "2", "--branching", "3")
    assert cli.run(*options, "--programs", "opt").returncode == 0
    assert prompts(cli, "tree")["expand_tag"] == compiled["expand_tag"]
    keep(cli, "question")
    assert cli.run(*options, "--programs", "opt").returncode == 0
    (cli.directory / "opt" / "compiled").rename(cli.directory / "moved")
    assert cli.run(*options, "--programs", "opt").returncode == 0
    assert cli.run(*options).returncode == 0
    (cli.directory / "moved").rename(cli.directory / "opt" / "compiled")
    assert cli.run(*("tree", "grow", "--run", "plain"), "--roots", "2", "--depth", "2").returncode == 0
    line = refused(cli, "tree", "grow", "--run", "plain", "--roots", "2", "--depth", "2", "--programs", "opt")
    assert line == "condor: plain: was begun with another prompt for expand_tag; choose another --run"


def test_what_was_compiled_for_another_signature_is_refused_in_one_line(cli: Cli) -> None:
    better(cli, "refine")
    path = cli.directory / "opt" / "compiled" / "refine.json"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'"signature_hash": "\w+"', '"signature_hash": "0000000000000000"', text), encoding="utf-8")
    line = refused(cli, "synth", cli.recipe(RECIPE), "--run", "run", "--programs", "opt")
    assert "opt/compiled/refine.json: the prompt of refinement was compiled for another signature" in line
    assert line.endswith("compile it again: condor optimize refine")


@pytest.mark.parametrize(("step", "improved"), [("refine", False), ("expand", True)])
def test_a_synthesis_says_that_there_is_no_prompt_for_it(step: CompiledStep, improved: bool, cli: Cli) -> None:
    keep(cli, step, improved=improved)
    command = ("synth", cli.recipe(RECIPE), "--run", "run", "--programs", "opt")
    result = cli.run(*command)
    assert result.returncode == 0, result.stderr
    assert result.stderr == (
        "opt: holds no improved prompt for question, answer, critique or refinement; the built-in prompts are used\n"
    )
    assert "compiled prompts" not in result.stdout
    keep(cli, "question")
    again = cli.run(*command, "--records", "12")
    assert again.stderr == "run: goes on with the built-in prompts, as it began: opt held none for it\n"


def test_a_synthesis_names_only_its_own_prompts(cli: Cli) -> None:
    version = keep(cli, "question")
    keep(cli, "expand")
    result = cli.run("synth", cli.recipe(RECIPE), "--run", "run", "--programs", "opt")
    assert f"compiled prompts: question {version}\n" in result.stdout
    assert "expand_tag" not in result.stdout + result.stderr


def test_a_growth_says_whether_there_is_a_prompt_for_it(cli: Cli) -> None:
    keep(cli, "refine")
    options = ("tree", "grow", "--roots", "2", "--depth", "2", "--branching", "3", "--programs", "opt")
    result = cli.run(*options, "--run", "plain")
    assert result.returncode == 0, result.stderr
    assert result.stderr == "opt: holds no improved prompt for expand_tag; the built-in prompt is used\n"
    version = keep(cli, "expand")
    result = cli.run(*options, "--run", "tree")
    assert result.stderr == f"compiled prompt: expand_tag {version}\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("refine",), "name a --model, or a --recipe that has one"),
        (("refine", "--model", "rehearsal", "--budget-calls", "20"), "--budget-calls 20: gepa needs"),
        (
            ("refine", "--model", "rehearsal", "--judge-base", "http://127.0.0.1:9"),
            "--judge-base says where a model is",
        ),
        (("refine", "--model", "rehearsal", "--tree", "seed:fr"), "no seed tree 'seed:fr'"),
        (("refine", "--model", "rehearsal", "--tree", "two.json"), "the tree has 2 root tags for these languages"),
        (("refine", "--model", "rehearsal?quality=9"), "quality"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_is_made(options: tuple[str, ...], said: str, cli: Cli) -> None:
    tree = KnowledgeTree()
    for path in (("Food", "Tea"), ("Work", "Desk")):
        tree.add_path(path)
    save_tree(tree, cli.directory / "two.json")
    assert said in refused(cli, "optimize", options[0], "--run", "opt", *options[1:])


def test_tree_languages_and_model_come_from_a_recipe(cli: Cli) -> None:
    text = "tree: [seed:en, seed:zh]\nlanguages: [en, zh]\nrecords: 1\ntasks: [view]\nmodel: rehearsal\n"
    recipe = cli.recipe(text)
    result = cli.run("optimize", "answer", "--run", "opt", "--recipe", recipe, "--optimizer", "bootstrap", *SMALL)
    assert result.returncode == 0, result.stderr
    with sqlite3.connect(cli.directory / "opt" / "journal.db") as database:
        origins = [json.loads(body)["origin"] for (body,) in database.execute("SELECT body FROM records")]
    assert {origin["language"] for origin in origins} == {"en", "zh"}
    assert {origin["task"] for origin in origins} == {"view"}


def test_no_key_gets_into_what_is_left(cli: Cli, endpoint: Endpoint) -> None:
    canary = "sk-canary-0123456789abcdef"
    result = cli.run(
        "optimize", "answer", "--run", "opt", "--optimizer", "mipro", *SMALL, *served(endpoint), OPENAI_API_KEY=canary
    )
    assert result.returncode == 0, result.stderr
    for path in (cli.directory / "opt").rglob("*"):
        assert not path.is_file() or canary.encode() not in path.read_bytes(), path
