"""Prompts in the registry: one version for one text, a champion, and everything needed to restore them."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from condor.errors import PromptFault
from condor.experiments.compiled import Programs
from condor.experiments.digests import set_digest
from condor.experiments.mlflow_store import Store
from condor.experiments.prompts.body import pack_body, unpack_body
from condor.experiments.prompts.champions import champion_programs
from condor.experiments.prompts.names import stages
from condor.experiments.prompts.registering import register_built_in, register_compiled
from condor.experiments.prompts.registry import add_version, registering, versions_of
from condor.programs import RefineAnswer

from prompt_samples import compiled

STAGES = (
    *("question", "answer", "critique", "refinement", "score", "compare"),
    *("propose_roots", "expand_tag", "place_topic"),
)


def numbers(store: Store, name: str = "condor.refinement") -> list[int]:
    return [version.version for version in versions_of(store, name)]


def test_every_signature_is_registered_once_and_is_the_champion(store: Store) -> None:
    first = register_built_in(store)
    assert set(first) >= {f"condor.{name}" for name in STAGES}
    assert all(version.version == 1 for version in first.values())
    again = register_built_in(store)
    assert {name: version.version for name, version in again.items()} == dict.fromkeys(first, 1)
    for name, version in again.items():
        assert version.champion
        assert version.source == "built-in"
        assert version.prompt_version == stages()[name]().prompt_version()
        assert version.tags["condor.signature_hash"] == stages()[name].signature_hash()
        assert version.body().messages == stages()[name]().prompt()
    assert champion_programs(store) == Programs()


def test_mlflow_itself_reads_the_prompt_and_shows_it_with_the_experiment(store: Store) -> None:
    register_built_in(store)
    prompt = store.client.get_prompt_version_by_alias("condor.answer", "champion")
    filled = prompt.format(question="Why?", language="English")
    assert isinstance(filled, list)
    assert "Why?" in filled[-1]["content"]
    found = store.client.search_prompts(filter_string=f'experiment_id = "{store.experiment_id}"')
    assert {each.name for each in found} == set(stages())


def test_a_compiled_prompt_is_a_version_with_its_scores_and_restores_from_the_registry_alone(store: Store) -> None:
    program = compiled(demos=[{"question": "问", "draft": "{{ question }}", "answer": "答"}])
    (version,) = register_compiled(store, program, run_id="0" * 32)
    assert (version.version, version.champion, version.source) == (2, False, "compiled")
    (prompt,) = program.prompts
    assert version.prompt_version == prompt.prompt_version
    assert version.tags["condor.base_version"] == RefineAnswer().prompt_version()
    assert json.loads(version.tags["condor.score.after"])["mean"] == 0.7
    assert json.loads(version.tags["condor.sets"])["train"] == set_digest(["c2", "c1"])
    assert (version.tags["condor.optimizer"], version.tags["condor.seed"]) == ("gepa", "7")
    (held,) = [each for each in versions_of(store, "condor.refinement") if each.version == 2]
    stage = RefineAnswer()
    Programs.of([held.body().prompt]).apply(stage)
    assert held.body().prompt == prompt
    assert stage.prompt_version() == prompt.prompt_version
    assert [each.version for each in register_compiled(store, program)] == [2]
    assert numbers(store) == [1, 2]


def test_a_state_far_beyond_what_a_tag_holds_survives(store: Store) -> None:
    noise = " ".join(f"{number * 2654435761 % 2**32:x}" for number in range(40_000))
    program = compiled(
        demos=[{"question": f"{number}好{noise}", "draft": "d", "answer": "家" * 50_000} for number in range(3)]
    )
    (version,) = register_compiled(store, program)
    (held,) = [each for each in versions_of(store, "condor.refinement") if each.version == version.version]
    assert len(held.packed) > 3
    assert held.body().prompt == program.prompts[0]
    shown = store.client.get_prompt_version("condor.refinement", version.version)
    assert shown is not None
    assert "messages of demos are not shown here" in str(shown.template)


def test_an_instruction_too_long_for_mlflow_is_cut_in_its_view_only(store: Store) -> None:
    program = compiled(instructions="长" * 100_000)
    (version,) = register_compiled(store, program)
    (held,) = [each for each in versions_of(store, "condor.refinement") if each.version == version.version]
    assert held.body().prompt.instructions == "长" * 100_000


def test_a_body_that_was_changed_is_refused(store: Store) -> None:
    body = register_built_in(store)["condor.answer"].body()
    tags = pack_body(body)
    assert unpack_body(tags, "here") == body
    for broken in (
        {},
        tags | {"condor.body": "2"},
        tags | {"condor.body.0": tags["condor.body.0"][:-8]},
        tags | {"condor.body.0": "?"},
    ):
        with pytest.raises(PromptFault, match=r"here: its tag.*; register it again"):
            unpack_body(broken, "here")


_REGISTER = """
import sys
from condor.experiments.mlflow_store import open_store
from condor.experiments.prompts.registering import register_built_in
store = open_store(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
register_built_in(store)
"""


def test_processes_that_register_at_once_make_one_version(store: Store) -> None:
    commands = [
        subprocess.Popen(
            [sys.executable, "-c", _REGISTER, store.address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    for command in commands:
        assert command.stdout is not None
        assert command.stdout.readline() == "ready\n"
    for command in commands:
        assert command.stdin is not None
        command.stdin.write("go\n")
        command.stdin.flush()
    for command in commands:
        command.communicate(timeout=60)
        assert command.returncode == 0
    assert all(numbers(store, name) == [1] for name in stages())


def test_over_a_server_the_first_of_two_that_appear_at_once_stands(served: Store) -> None:
    program = compiled(instructions="Raced for.")
    register_built_in(served)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: register_compiled(served, program)[0].version, range(4)))
    standing = [
        v for v in versions_of(served, "condor.refinement") if v.prompt_version == program.prompts[0].prompt_version
    ]
    assert [version.version for version in standing] == [found[0]]
    assert len(set(found)) == 1
    assert standing[0].body().prompt == program.prompts[0]


def test_versions_are_listed_while_others_are_taken_away(served: Store) -> None:
    register_built_in(served)
    standing = numbers(served, "condor.refinement")
    done = threading.Event()

    def come_and_go() -> None:
        template = [{"role": "user", "content": "Passing through."}]
        while not done.is_set():
            made = served.client.create_prompt_version("condor.refinement", template)
            served.client.delete_prompt_version("condor.refinement", str(made.version))

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(come_and_go)
        try:
            listed = [numbers(served, "condor.refinement") for _ in range(40)]
        finally:
            done.set()
        others.result()
    assert listed == [standing] * 40


def test_a_model_of_the_same_name_is_in_the_way(store: Store) -> None:
    store.client.create_registered_model("condor.answer")
    with pytest.raises(PromptFault, match=r"condor\.answer: MLflow has a model of that name; rename it"):
        register_built_in(store)


def test_a_built_in_champion_of_another_condor_gives_way_and_a_compiled_one_stays(store: Store) -> None:
    built_in = register_built_in(store)["condor.refinement"]
    old = compiled(instructions="As an earlier Condor had it.")
    stage = RefineAnswer()
    Programs.of(old.prompts).apply(stage)
    from condor.experiments.prompts.body import PromptBody

    tags = dict(built_in.tags) | {"condor.prompt_version": stage.prompt_version()}
    with registering(store):
        body = PromptBody(messages=stage.prompt(), prompt=old.prompts[0])
        earlier = add_version(store, "condor.refinement", body, stage.prompt(), tags, message="")
    store.client.set_prompt_alias("condor.refinement", "champion", earlier.version)
    register_built_in(store)
    assert [version.champion for version in versions_of(store, "condor.refinement")] == [True, False]
    (version,) = register_compiled(store, compiled())
    store.client.set_prompt_alias("condor.refinement", "champion", version.version)
    register_built_in(store)
    assert [version.champion for version in versions_of(store, "condor.refinement")] == [False, False, True]
