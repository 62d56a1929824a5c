"""Putting prompts into the registry: the built-in ones, and those that an optimizer made."""

from collections.abc import Mapping
from typing import Any

from ... import __version__
from ...hashing import canonical_json, content_hash
from ...programs import Stage
from ..compiled import CompiledProgram, CompiledPrompt, Programs
from ..digests import set_digest
from ..mlflow_store import Store
from .body import PromptBody
from .names import prompt_name, stage_of, stages
from .registry import (
    BUILT_IN,
    COMPILED,
    CONDOR_VERSION,
    PROMPT_VERSION,
    SIGNATURE_HASH,
    SOURCE,
    RegisteredPrompt,
    add_version,
    champion_history,
    registering,
    set_champion,
    versions_of,
)
from .template import prompt_template

#: Tags of a compiled version: of which program it is a part, and the prompt versions of all its parts by prompt name.
PROGRAM, TOGETHER = "condor.program", "condor.together"
#: What it was compiled from, what the optimizer brought, and the digests of its sets of cells.
BASE_VERSION, IMPROVED, SETS = "condor.base_version", "condor.improved", "condor.sets"


def register_built_in(store: Store) -> dict[str, RegisteredPrompt]:
    """Register the built-in prompt of every stage where it is not there yet; returns the versions by prompt name.

    The first version of a prompt becomes its champion. A champion that is the built-in prompt of another Condor, which
    this one could not use, gives way to the present one; a compiled champion stays.

    Raises:
        StoreFault: the store failed.
        PromptFault: a model is in the way of a prompt.
    """
    with registering(store):
        return {name: _register_built_in(store, name) for name in sorted(stages())}


def _register_built_in(store: Store, name: str) -> RegisteredPrompt:
    stage = stage_of(name)
    version = _add(store, stage, CompiledPrompt.of(stage, base_version=stage.prompt_version()), _built_in_tags())
    champion = next((each for each in versions_of(store, name) if each.champion), None)
    if champion is None or (champion.source == BUILT_IN and champion.version != version.version):
        history = [*champion_history(store, name), version.version]
        set_champion(store, name, version.version, history=history, history_first=False)
    return version


def _built_in_tags() -> dict[str, str]:
    return {SOURCE: BUILT_IN, CONDOR_VERSION: __version__}


def register_compiled(store: Store, program: CompiledProgram, *, run_id: str | None = None) -> list[RegisteredPrompt]:
    """Register the prompts of a compiled program; returns their versions, in the order of its stages.

    A prompt that is registered already keeps the version that it has, with what is said of it there.

    Args:
        store: whose registry.
        program: what an optimizer made, improved or not. Nothing is promoted by this.
        run_id: of the optimisation's run in the store.

    Raises:
        StoreFault: the store failed.
        PromptFault: a model is in the way of a prompt.
    """
    register_built_in(store)
    tags = compiled_tags(program) | ({"mlflow.run_id": run_id} if run_id else {})
    with registering(store):
        return [_register_prompt(store, prompt, tags) for prompt in program.prompts]


def _register_prompt(store: Store, prompt: CompiledPrompt, tags: Mapping[str, str]) -> RegisteredPrompt:
    stage = stage_of(prompt_name(prompt.stage))
    Programs.of([prompt]).apply(stage)
    return _add(store, stage, prompt, {**tags, BASE_VERSION: prompt.base_version})


def _add(store: Store, stage: Stage[Any], prompt: CompiledPrompt, tags: Mapping[str, str]) -> RegisteredPrompt:
    known = {PROMPT_VERSION: prompt.prompt_version, SIGNATURE_HASH: prompt.signature_hash}
    body = PromptBody(messages=stage.prompt(), prompt=prompt)
    said = f"{tags[SOURCE]}, Condor {tags[CONDOR_VERSION]}, prompt version {prompt.prompt_version}"
    return add_version(store, prompt_name(prompt.stage), body, prompt_template(stage), {**tags, **known}, message=said)


def program_id(program: CompiledProgram) -> str:
    """A content hash of a compiled program: the same file has the same everywhere."""
    return content_hash(["condor-program-1", program.model_dump(mode="json")])


def compiled_tags(program: CompiledProgram) -> dict[str, str]:
    """What is said of every prompt of a compiled program, as tags."""
    scores = {f"condor.score.{name}": canonical_json(score) for name, score in program.scores.items()}
    return scores | {
        SOURCE: COMPILED,
        CONDOR_VERSION: program.condor,
        PROGRAM: program_id(program),
        TOGETHER: canonical_json({prompt_name(prompt.stage): prompt.prompt_version for prompt in program.prompts}),
        IMPROVED: str(program.improved).lower(),
        SETS: canonical_json({name: set_digest(ids) for name, ids in program.sets.items()}),
        "condor.step": program.step,
        "condor.optimizer": program.optimizer,
        "condor.seed": str(program.seed),
        "condor.models": canonical_json(program.models),
    }
