"""Which version of each prompt synthesis uses: the champion, the one before it, and what they restore to."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import PromptFault, StoreFault
from ...programs import Stage
from ..compiled import CompiledPrompt, Programs
from ..mlflow_store import Store
from .names import stage_of, stages
from .registering import TOGETHER
from .registry import (
    BUILT_IN,
    CHAMPION,
    RegisteredPrompt,
    champion_history,
    registering,
    set_champion,
    versions_of,
)

#: How many champions a prompt's history holds; MySQL's column for a prompt's tag ends at 5,000 characters.
_LONGEST_HISTORY = 500


def find_version(store: Store, name: str, version: int | str) -> RegisteredPrompt:
    """A version of a prompt.

    Args:
        store: whose registry.
        name: of the prompt.
        version: its number, `champion`, `latest`, or `built-in` for the prompt that this Condor has.

    Raises:
        PromptFault: there is none.
        StoreFault: the store failed.
    """
    found = versions_of(store, name)
    if not found:
        known = "" if name in stages() else f" (there are {', '.join(sorted(stages()))})"
        raise PromptFault(f"{name}: no such prompt in {store.uri}{known}; condor prompts register puts the built-in in")
    for each in found:
        if _is_meant(each, version, latest=found[-1]):
            return each
    numbers = ", ".join(str(each.version) for each in found)
    raise PromptFault(f"{name}: no version {version} in {store.uri}; there are {numbers}")


def _is_meant(each: RegisteredPrompt, version: int | str, *, latest: RegisteredPrompt) -> bool:
    match str(version):
        case "champion":
            return each.champion
        case "latest":
            return each is latest
        case "built-in":
            return each.prompt_version == stage_of(each.name).prompt_version()
        case number:
            return str(each.version) == number


def promote(store: Store, name: str, version: int | str) -> list[RegisteredPrompt]:
    """Make a version the champion, and with it the other prompts of a program that was compiled as one; all or none.

    Returns:
        The versions that are champions now.

    Raises:
        PromptFault: there is no such version, or it cannot be used by this Condor.
        StoreFault: the store failed; the champions are those of before.
    """
    with registering(store):
        chosen = find_version(store, name, version)
        return _promote(store, [chosen, *_siblings(store, chosen)])


def promote_all(store: Store, versions: Sequence[RegisteredPrompt]) -> list[RegisteredPrompt]:
    """Make versions champions, as `register_compiled` gave them: all or none.

    Raises:
        PromptFault: one cannot be used by this Condor.
        StoreFault: the store failed; the champions are those of before.
    """
    with registering(store):
        return _promote(store, versions)


def _siblings(store: Store, chosen: RegisteredPrompt) -> list[RegisteredPrompt]:
    """The other prompts of the program that a version is a part of."""
    try:
        together: Mapping[str, str] = json.loads(chosen.tags.get(TOGETHER, "{}"))
        others = [(name, version) for name, version in together.items() if name != chosen.name]
    except (ValueError, AttributeError) as exc:
        raise PromptFault(f"{chosen.name} version {chosen.version}: its tag {TOGETHER} is damaged") from exc
    found = []
    for name, wanted in others:
        sibling = next((each for each in versions_of(store, name) if each.prompt_version == wanted), None)
        if sibling is None:
            raise PromptFault(
                f"{chosen.name} version {chosen.version}: was compiled together with {name} {wanted}, which is not in "
                f"{store.uri}; register the program again"
            )
        found.append(sibling)
    return found


def _promote(store: Store, versions: Sequence[RegisteredPrompt]) -> list[RegisteredPrompt]:
    for version in versions:
        restore(version)
    histories = {version.name: champion_history(store, version.name) for version in versions}
    wanted = {
        version.name: [*histories[version.name], version.version][-_LONGEST_HISTORY:]
        for version in versions
        if histories[version.name][-1:] != [version.version]
    }
    _set_all(store, wanted, histories, back=False)
    return [find_version(store, version.name, version.version) for version in versions]


def rollback(store: Store, name: str) -> list[RegisteredPrompt]:
    """Go back to the champion before, and with it the other prompts of its program where they are champions, too.

    Returns:
        The versions that are champions now.

    Raises:
        PromptFault: there is no champion before, or it cannot be used by this Condor.
        StoreFault: the store failed; the champions are those of before.
    """
    with registering(store):
        present = find_version(store, name, CHAMPION)
        leaving = [present, *(sibling for sibling in _siblings(store, present) if sibling.champion)]
        histories = {each.name: champion_history(store, each.name) for each in leaving}
        wanted = {each: history[:-1] for each, history in histories.items()}
        if not wanted[name]:
            raise PromptFault(f"{name}: version {present.version} has no champion before it to go back to")
        wanted = {each: history for each, history in wanted.items() if history}
        before = [find_version(store, each, history[-1]) for each, history in wanted.items()]
        for version in before:
            restore(version)
        _set_all(store, wanted, histories, back=True)
        return [find_version(store, version.name, version.version) for version in before]


def _set_all(store: Store, wanted: Mapping[str, list[int]], histories: Mapping[str, list[int]], *, back: bool) -> None:
    """Set champions; where that is broken off in the middle, those that were set are set back."""
    done: list[str] = []
    try:
        for name, history in wanted.items():
            done.append(name)
            set_champion(store, name, history[-1], history=history, history_first=back)
    except (StoreFault, KeyboardInterrupt):
        for name in done:
            if before := histories[name]:
                set_champion(store, name, before[-1], history=before, history_first=False)
        raise


def champions(store: Store, names: Iterable[str]) -> dict[str, RegisteredPrompt]:
    """The champions, by prompt name; a prompt without one is left out.

    Raises:
        StoreFault: the store failed.
    """
    found = {name: [each for each in versions_of(store, name) if each.champion] for name in names}
    return {name: versions[0] for name, versions in found.items() if versions}


def champion_programs(store: Store, only: Sequence[type[Stage[Any]]] | None = None) -> Programs:
    """What the champions put in the place of the built-in prompts.

    Args:
        store: whose registry.
        only: the stages that matter; all by default.

    Raises:
        PromptFault: a champion was made for another signature than its stage has now, or is damaged.
        StoreFault: the store failed.
    """
    names = [name for name, kind in stages().items() if only is None or kind in only]
    found = champions(store, names)
    # A built-in champion stands for the built-in prompt, also where it was that of another Condor.
    return Programs.of(restore(version) for version in found.values() if version.source != BUILT_IN)


def restore(version: RegisteredPrompt) -> CompiledPrompt:
    """What a version puts into its stage, checked against the stage as it is now.

    Raises:
        PromptFault: it was made for another signature, or is damaged.
    """
    where = f"{version.name} version {version.version}"
    stage, prompt = stage_of(version.name), version.body().prompt
    if prompt.stage != stage.name:
        raise PromptFault(f"{where}: holds a prompt for {prompt.stage}, not for {stage.name}")
    if prompt.signature_hash != (now := stage.signature_hash()):
        raise PromptFault(
            f"{where}: was made for another signature of {stage.name} ({prompt.signature_hash}, now {now}); compile it "
            f"again, go on with the built-in: condor prompts promote {version.name} built-in, or give synth "
            "--prompts built-in"
        )
    try:
        Programs.of([prompt]).apply(stage)
        loaded = stage.prompt_version()
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise PromptFault(f"{where}: its state cannot be loaded ({exc!r}); register it again") from exc
    if loaded != version.prompt_version or loaded != prompt.prompt_version:
        raise PromptFault(
            f"{where}: loads as another prompt ({loaded}, the registry says {version.prompt_version}); it was changed "
            "by hand or by a newer library: compile it again"
        )
    return prompt
