"""Where links that lead out of a directory are followed: compiled programs on disk first, then MLflow's store."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import ValidationError

from ...errors import ProgramFault
from ...files import read_text
from ..compiled import STEPS, CompiledProgram
from ..mlflow_store import Store
from ..prompts.names import prompt_name
from ..prompts.registering import BASE_VERSION, compiled_tags
from ..prompts.registry import RegisteredPrompt, versions_of
from .inputs import TouchingRun, runs_touching


class Origins:
    """What is known of compiled prompts and data sets, asked for once each.

    Args:
        store: of runs and prompts; None where there is none.
    """

    def __init__(self, store: Store | None) -> None:
        self.store = store
        self._compiled: dict[tuple[str, str], Mapping[str, str]] = {}
        self._registered: dict[str, list[RegisteredPrompt]] = {}
        self._touching: dict[str, list[TouchingRun]] = {}

    def know(self, program: CompiledProgram) -> None:
        """Take in a compiled program that stands on disk."""
        tags = compiled_tags(program)
        for prompt in program.prompts:
            key = (prompt_name(prompt.stage), prompt.prompt_version)
            self._compiled.setdefault(key, {**tags, BASE_VERSION: prompt.base_version})

    def compiled(self, name: str, prompt_version: str) -> Mapping[str, str] | None:
        """What is said, as tags, of how a prompt was compiled; None for one of which nothing is known.

        Raises:
            StoreFault: the store failed.
        """
        if (known := self._compiled.get((name, prompt_version))) is not None:
            return known
        registered = self.registered(name, prompt_version)
        return registered.tags if registered is not None and BASE_VERSION in registered.tags else None

    def registered(self, name: str, prompt_version: str) -> RegisteredPrompt | None:
        """The version in the registry, or None.

        Raises:
            StoreFault: the store failed.
        """
        if self.store is None:
            return None
        if name not in self._registered:
            self._registered[name] = versions_of(self.store, name)
        return next((each for each in self._registered[name] if each.prompt_version == prompt_version), None)

    def touching(self, digest: str) -> list[TouchingRun]:
        """The runs in the store that touched a data set.

        Raises:
            StoreFault: the store failed.
        """
        if self.store is None:
            return []
        if digest not in self._touching:
            self._touching[digest] = runs_touching(self.store, digest)
        return self._touching[digest]


def programs_in(directory: Path) -> list[CompiledProgram]:
    """The compiled programs in a directory, or in its folder `compiled`, also those for signatures of another Condor.

    Raises:
        ProgramFault: a file is none.
    """
    places = (directory / "compiled", directory)
    files = (place / f"{step}.json" for place in places for step in STEPS)
    return list(_programs(file for file in files if file.is_file()))


def _programs(files: Iterable[Path]) -> Iterable[CompiledProgram]:
    for file in files:
        try:
            yield CompiledProgram.model_validate_json(read_text(file, what="a compiled program"))
        except ValidationError as exc:
            raise ProgramFault(f"{file}: no compiled program: {exc.errors()[0]['msg']}") from exc
