"""Runs in MLflow: what is shown, and that a store that is down, locked, hanging, gone or new costs a run nothing."""

import json
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from mlflow.entities import Feedback, Trace

from condor.corpus.records import Verdict
from condor.runtime.journal import Journal
from condor.runtime.journal.spool import Spool
from condor.runtime.rehearsal.settings import RehearsalSettings

from support import Cli, Endpoint, status, wait_for
from tracking_support import Seen, in_folder, locked, mlflow_client, sent, tracked

RECIPE = "tree: seed:en\nrecords: 12\nlanguages: [en]\nmodel: rehearsal\ntracking: {traces_every: 10, traces_most: 4}\n"
SLOW = RECIPE.replace("model: rehearsal", "model: rehearsal?latency=0.15\nconcurrency: 2")
#: MLflow's import alone takes seconds, in the command and in the process beside it.
pytestmark = pytest.mark.timeout(400)
#: Nothing listens there.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def mlflow(cli: Cli, store_template: Path) -> dict[str, str]:
    """The environment of a command that shows what it does in the folder's own store."""
    return tracked(cli, store_template)


def synth(cli: Cli, environment: dict[str, str], recipe: str = RECIPE, *options: str) -> str:
    """A synthesis that must come to its end; returns what was said."""
    result = cli.run("synth", cli.recipe(recipe), "--run", "run", *options, **environment)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout + result.stderr


def seen(cli: Cli, address: str | None = None, journal: str = "run/journal.db") -> Seen:
    return Seen(address or in_folder(cli), cli.directory / journal)


def test_a_synthesis_is_shown_with_its_settings_figures_files_and_traces(cli: Cli, mlflow: dict[str, str]) -> None:
    said = synth(cli, mlflow)
    assert "Creating initial" not in said
    sent(cli, mlflow)
    shown, figures = seen(cli), status(cli, "run")
    assert shown.run.info.status == "FINISHED"
    assert shown.run.info.run_name == "synth run"
    assert {shown.params[key] for key in ("tree", "records", "seed", "refine.rounds")} == {"seed:en", "12", "0", "1"}
    assert {"version.condor", "version.dspy", "version.mlflow", "version.litellm", "version.python"} <= set(
        shown.params
    )
    names = ("kept", "rejected", "failed", "calls", "input_tokens", "output_tokens", "cost_usd")
    assert {name: shown.metrics[name] for name in names} == {name: figures[name] for name in names}
    assert shown.metrics["asked"] == 12
    assert shown.metrics["step_seconds_p50"] <= shown.metrics["step_seconds_p95"]
    assert shown.metrics["calls_per_s"] > 0
    assert shown.history("kept") == shown.spooled_history("kept")
    assert shown.tags["condor.kind"] == "synth"
    assert shown.tags["condor.run"] == "run"
    assert shown.tags["condor.rehearsal"] == "yes"
    assert shown.tags["condor.outcome"] == "complete"
    with Journal.open_read_only(cli.directory / "run" / "journal.db") as journal:
        prompts = {f"condor.prompt.{stage}": version for stage, version in journal.used_prompts()}
        kept = [chain.question.text for chain in journal.kept_chains()]
    assert len(prompts) == 4
    assert prompts.items() <= shown.tags.items()
    assert shown.artifacts() == {"recipe.yaml", "tree_stats.json", "samples.json", "kept.png"}
    table = json.loads(Path(shown.client.download_artifacts(shown.run_id, "samples.json")).read_text("utf-8"))
    assert [row[table["columns"].index("question")] for row in table["data"]] == kept
    assert json.loads(shown.tags["mlflow.loggedArtifacts"]) == [{"path": "samples.json", "type": "table"}]


def test_a_sample_of_steps_is_shown_as_traces(cli: Cli, mlflow: dict[str, str]) -> None:
    synth(cli, mlflow)
    sent(cli, mlflow)
    traces = seen(cli).traces()
    assert len(traces) == 4, "as many as the recipe says at most"
    for trace in traces:
        assert trace.info.trace_metadata["mlflow.sourceRun"] == seen(cli).run_id
        assert [span.name for span in trace.data.spans][1:] == ["prompt", "reply", "parse"]
        root, prompt, reply, _ = trace.data.spans
        with Journal.open_read_only(cli.directory / "run" / "journal.db") as journal:
            version = trace.info.tags["condor.prompt_version"]
            assert prompt.outputs == journal.prompt(version) != []
        assert reply.attributes["mlflow.chat.tokenUsage"]["output_tokens"] > 0
        assert reply.attributes["mlflow.llm.model"] == "rehearsal"
        assert root.inputs
        assert root.outputs


def test_the_last_figures_stand_also_where_nothing_was_sent_in_between(cli: Cli, mlflow: dict[str, str]) -> None:
    synth(cli, mlflow | {"CONDOR_TRACKING_SECONDS": "60"})
    sent(cli, mlflow)
    assert seen(cli).metrics["kept"] == 12
    assert len(seen(cli).history("kept")) == 1


@pytest.mark.parametrize("how", ["--no-track", "CONDOR_TRACKING"])
def test_it_can_be_switched_off(cli: Cli, how: str) -> None:
    options = (how,) if how.startswith("--") else ()
    environment = {} if how.startswith("--") else {how: "off"}
    synth(cli, {"CONDOR_TRACKING": "on"} | environment, RECIPE, *options)
    assert {path.name for path in cli.directory.iterdir()} == {"recipe.yaml", "run"}


def test_a_run_that_was_made_without_is_shown_afterwards(cli: Cli, store_template: Path) -> None:
    synth(cli, {})
    mlflow = tracked(cli, store_template)
    sent(cli, mlflow)
    sent(cli, mlflow)
    shown = seen(cli)
    assert shown.run.info.status == "FINISHED"
    assert shown.metrics["kept"] == 12
    assert len(shown.history("kept")) == 1


def test_a_judging_is_shown_and_its_scores_side_by_side(cli: Cli, mlflow: dict[str, str]) -> None:
    synth(cli, mlflow)
    sent(cli, mlflow)
    check_judging(cli, mlflow, in_folder(cli))


def test_all_of_it_on_a_server(cli: Cli, mlflow_server: str, store_template: Path) -> None:
    mlflow = tracked(cli, store_template, MLFLOW_TRACKING_URI=mlflow_server, MLFLOW_EXPERIMENT_NAME="on a server")
    synth(cli, mlflow)
    sent(cli, mlflow)
    shown = seen(cli, mlflow_server)
    assert shown.run.info.status == "FINISHED"
    assert shown.history("kept") == shown.spooled_history("kept")
    assert shown.artifacts() == {"recipe.yaml", "tree_stats.json", "samples.json", "kept.png"}
    assert len(shown.traces()) == 4
    check_judging(cli, mlflow, mlflow_server)


def check_judging(cli: Cli, mlflow: dict[str, str], address: str) -> None:
    """Judge a sample, show it twice, and see that all of it is in the store once."""
    for _ in range(2):
        result = cli.run("judge", "run", "--sample", "5", "--pairwise", "void:refine", "--evaluate", **mlflow)
        assert result.returncode == 0, result.stderr
        assert "5 judged records are in MLflow's evaluation view" in result.stderr
    sent(cli, mlflow, "run")
    shown = seen(cli, address, "run/judged/journal.db")
    judgement = json.loads((cli.directory / "run" / "judged" / "judgement.json").read_text("utf-8"))
    assert shown.run.info.status == "FINISHED"
    assert shown.tags["condor.judged_run_id"] == seen(cli, address).run_id
    overall = judgement["scores"]["overall"]
    assert shown.metrics["judge.overall.refine"] == pytest.approx(overall["refine"]["mean"])
    assert shown.metrics["judge.overall.gain.low"] == pytest.approx(overall["gain"]["low"])
    assert sum(key.startswith("judge.root.") and key.endswith(".refine.count") for key in shown.metrics) == len(
        judgement["slices"]["root"]
    )
    assert {"judgement.json", "scores.png"} <= shown.artifacts()
    evaluated = [trace for trace in shown.traces() if trace.info.tags.get("condor.evaluation") == "yes"]
    assert len(evaluated) == 5, "a second evaluation takes the place of the first"
    with Journal.open_read_only(cli.directory / "run" / "judged" / "journal.db") as verdicts:
        for trace in evaluated:
            check_evaluated(trace, verdicts)
    assert shown.metrics["refinement_overall/mean"] == pytest.approx(overall["refine"]["mean"])


def check_evaluated(trace: Trace, verdicts: Journal) -> None:
    """A record's texts stand in its trace, and the judge's scores with their reason beside them."""
    root = trace.data.spans[0]
    assert root.inputs["question"]
    assert all(root.outputs[name] for name in ("answer", "critique", "refinement"))
    (verdict,) = [each for each in verdicts.children(root.outputs["record_id"]) if isinstance(each, Verdict)]
    found = {each.name: each for each in trace.info.assessments if isinstance(each, Feedback)}
    assert {name: found[f"refinement_{name}"].value for name in verdict.scores} == verdict.scores
    assert found["refinement_overall"].value == pytest.approx(verdict.overall)
    assert found["refinement_depth"].rationale == verdict.reason
    assert found["refinement_depth"].source.source_type == "LLM_JUDGE"
    assert found["answer_overall"].value is not None


def test_an_evaluation_needs_a_tracker(cli: Cli) -> None:
    synth(cli, {})
    result = cli.run("judge", "run", "--evaluate", CONDOR_TRACKING="off")
    assert result.returncode == 2
    assert "leave out" in result.stderr


def test_a_store_that_is_locked_costs_one_line_and_nothing_is_lost(cli: Cli, mlflow: dict[str, str]) -> None:
    with locked(cli.directory / "mlflow.db"):
        said = synth(cli, mlflow)
    assert said.count("is locked by another process; the run goes on") == 1, said
    assert sum("MLflow" in line for line in said.splitlines()) == 2, said  # and that its champions are not asked for
    assert "condor track RUN sends it" in said
    assert status(cli, "run")["kept"] == 12
    sent(cli, mlflow)
    shown = seen(cli)
    assert shown.run.info.status == "FINISHED"
    assert shown.history("kept") == shown.spooled_history("kept") != []
    assert len(shown.traces()) == 4


def test_a_server_that_is_down_costs_one_line_and_another_store_gets_everything(cli: Cli, store_template: Path) -> None:
    said = synth(cli, tracked(cli, store_template, MLFLOW_TRACKING_URI=NOWHERE))
    assert said.count("cannot be reached (connection refused); the run goes on") == 1, said
    refused = cli.run("track", "run", CONDOR_TRACKING="on", MLFLOW_TRACKING_URI=NOWHERE)
    assert refused.returncode == 2
    assert "cannot be reached" in refused.stderr
    mlflow = tracked(cli, store_template)
    sent(cli, mlflow)
    assert seen(cli).history("calls") == seen(cli).spooled_history("calls") != []


def test_a_store_that_was_deleted_is_told_everything_again(
    cli: Cli, mlflow: dict[str, str], store_template: Path
) -> None:
    synth(cli, mlflow)
    sent(cli, mlflow)
    first = seen(cli)
    tracked(cli, store_template)
    sent(cli, mlflow)
    # MLflow keeps what it has open under its address: by another one this process sees the new file.
    again = seen(cli, f"sqlite:///{cli.directory}/./mlflow.db")
    assert again.run_id != first.run_id
    assert again.history("kept") == first.history("kept")
    assert again.params == first.params
    assert again.artifacts() == first.artifacts()
    assert len(again.traces()) == len(first.traces())
    assert again.run.info.status == "FINISHED"


def test_a_killed_run_goes_on_as_the_same_mlflow_run(cli: Cli, mlflow: dict[str, str]) -> None:
    run_id = begin_and_kill(cli, mlflow)
    client = mlflow_client(in_folder(cli))
    assert client.get_run(run_id).info.status == "RUNNING"
    kept = status(cli, "run")["kept"] + 6
    synth(cli, mlflow, SLOW.replace("records: 12", f"records: {kept}"))
    sent(cli, mlflow)
    shown = seen(cli)
    assert shown.run_id == run_id
    assert shown.run.info.status == "FINISHED"
    assert len(client.search_runs([shown.run.info.experiment_id])) == 1
    values = [value for _, _, value in shown.history("kept")]
    assert values == sorted(values)
    assert values[-1] == kept


def test_a_killed_run_that_does_not_go_on_is_closed_afterwards(cli: Cli, mlflow: dict[str, str]) -> None:
    run_id = begin_and_kill(cli, mlflow)
    sent(cli, mlflow)
    shown = seen(cli)
    assert (shown.run_id, shown.run.info.status) == (run_id, "KILLED")
    assert shown.tags["condor.outcome"] == "broken off"


def begin_and_kill(cli: Cli, mlflow: dict[str, str]) -> str:
    """Kill a session whose MLflow run is there; returns the run's id."""
    process = cli.start("synth", cli.recipe(SLOW.replace("records: 12", "records: 900")), "--run", "run", **mlflow)
    wait_for(lambda: noted_run(cli) is not None and steps_of(cli) > 20)
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.communicate()
    with Spool(cli.directory / "run" / "journal.db") as spool:
        return spool.meta()["mlflow_run_id"]


def noted_run(cli: Cli) -> str | None:
    journal = cli.directory / "run" / "journal.db"
    if not journal.exists():
        return None
    with Spool(journal) as spool:
        sent_some = spool.meta().get("mlflow_run_id")
        return sent_some if sent_some and not spool.count_pending(sent_some) else None


def steps_of(cli: Cli) -> int:
    with Journal.open_read_only(cli.directory / "run" / "journal.db") as journal:
        return journal.last_step()


def test_ctrl_c_does_not_wait_for_a_store_that_hangs(cli: Cli, mlflow: dict[str, str]) -> None:
    with locked(cli.directory / "mlflow.db"):
        process = cli.start("synth", cli.recipe(SLOW.replace("records: 12", "records: 900")), "--run", "run", **mlflow)
        wait_for(lambda: (cli.directory / "run" / "journal.db").exists() and steps_of(cli) > 10)
        process.send_signal(signal.SIGINT)
        # A store that is merely slow is waited for, for 20 seconds.
        assert process.wait(18) == 130
        process.communicate()
    sent(cli, mlflow)
    assert seen(cli).run.info.status == "KILLED"
    assert seen(cli).tags["condor.outcome"] == "interrupted"


def test_what_sends_does_not_outlive_the_run(cli: Cli, mlflow: dict[str, str]) -> None:
    begin_and_kill(cli, mlflow)
    journal = str(cli.directory / "run" / "journal.db")
    wait_for(lambda: not any(journal in line or "run/journal.db" in line for line in commands(cli.directory)), 20)


def commands(folder: Path) -> list[str]:
    """The command lines of the processes that work in a folder."""
    found = []
    for process in Path("/proc").iterdir():
        with suppress(OSError):
            if process.name.isdigit() and (process / "cwd").readlink() == folder:
                found.append((process / "cmdline").read_text())
    return found


def test_a_setting_that_changes_between_sessions_is_told_as_a_tag(cli: Cli, mlflow: dict[str, str]) -> None:
    synth(cli, mlflow)
    synth(cli, mlflow, RECIPE.replace("records: 12", "records: 15"))
    sent(cli, mlflow)
    shown = seen(cli)
    assert shown.params["records"] == "12"
    assert shown.tags["condor.changed.records"] == "15"
    assert shown.metrics["asked"] == 15
    assert shown.metrics["kept"] == 15


def test_a_run_that_never_got_a_reply_leaves_nothing(
    cli: Cli, mlflow: dict[str, str], serve: Callable[[RehearsalSettings], Endpoint]
) -> None:
    recipe = f"{RECIPE.replace('model: rehearsal', 'model: {name: openai/rehearsal, api_base: ' + NOWHERE + '/v1}')}"
    result = cli.run("synth", cli.recipe(recipe), "--run", "run", OPENAI_API_KEY="any-key-at-all", **mlflow)
    assert result.returncode == 2, result.stdout + result.stderr
    assert not (cli.directory / "run").exists()
    client = mlflow_client(in_folder(cli))
    experiments = [each.experiment_id for each in client.search_experiments()]
    assert list(client.search_runs(experiments)) == []


def test_the_quickstart_has_a_store_of_its_own_and_says_how_to_look(cli: Cli, store_template: Path) -> None:
    mlflow = tracked(cli, store_template)
    folder = cli.directory / "first-steps"
    folder.mkdir()
    (cli.directory / "mlflow.db").rename(folder / "mlflow.db")
    result = cli.run("quickstart", "--out", "first-steps", "--records", "6", **mlflow)
    assert result.returncode == 0, result.stderr
    assert "mlflow ui --backend-store-uri sqlite:///first-steps/mlflow.db" in result.stdout
    assert not (cli.directory / "mlflow.db").exists()
    assert not (cli.directory / "mlruns").exists()
    elsewhere = mlflow | {"MLFLOW_TRACKING_URI": f"sqlite:///{folder}/mlflow.db"}
    sent(cli, elsewhere, "first-steps/run")
    assert seen(cli, f"sqlite:///{folder}/mlflow.db", "first-steps/run/journal.db").metrics["kept"] == 6


def test_nothing_to_send_is_said_as_such(cli: Cli) -> None:
    result = cli.run("track", "nothing")
    assert result.returncode == 2
    assert "no run here" in result.stderr
