"""Compiled programs: the prompts that an optimizer made, as JSON files, and what a run uses of them.

A file holds DSPy's own state of each predictor. DSPy restores the fields of a signature by their position and takes any
state for any predictor, so every prompt is kept with a hash of the signature that it was compiled for: a file that was
compiled for another one is refused.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import dspy
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from .. import __version__
from ..errors import ProgramFault, UnreadableFile
from ..files import read_text, write_atomically
from ..hashing import content_hash
from ..programs import AnswerQuestion, CritiqueAnswer, ExpandTag, RefineAnswer, Stage, WriteQuestions
from .predictor_state import check_state

#: What can be compiled: a stage, or two of them together.
CompiledStep = Literal["expand", "question", "answer", "critique", "refine", "refine+critique"]
#: The part of a compiled program's sets of cells.
SetName = Literal["train", "val", "holdout"]

STEPS: tuple[CompiledStep, ...] = get_args(CompiledStep)
#: The stages of a step, in the order in which they are executed.
STEP_STAGES: Mapping[CompiledStep, tuple[type[Stage[Any]], ...]] = {
    "expand": (ExpandTag,),
    "question": (WriteQuestions,),
    "answer": (AnswerQuestion,),
    "critique": (CritiqueAnswer,),
    "refine": (RefineAnswer,),
    "refine+critique": (CritiqueAnswer, RefineAnswer),
}
_STAGES: dict[str, type[Stage[Any]]] = {stage.name: stage for stages in STEP_STAGES.values() for stage in stages}

#: Under this key a journal says with which compiled prompts its run was begun.
NOTE = "programs"
#: A change of the file's form changes it.
SCHEME: Literal["condor-compiled-1"] = "condor-compiled-1"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CompiledPrompt(_Frozen):
    """One stage's compiled prompt.

    Attributes:
        stage: the stage's name, as in journals.
        state: of its predictor, as DSPy dumps it: JSON, and nothing but a prompt (see predictor_state.py).
        signature_hash: of the signature that it was compiled for (see `Stage.signature_hash`).
        prompt_version: of the stage with that state.
        base_version: of the prompt that it was compiled from.
    """

    stage: str
    state: Annotated[dict[str, Any], AfterValidator(check_state)]
    signature_hash: str
    prompt_version: str
    base_version: str

    @classmethod
    def of(cls, stage: Stage[Any], *, base_version: str) -> "CompiledPrompt":
        """What a stage asks with now."""
        # Once through JSON: what is stored is what is loaded, and its version is that of what will be asked.
        state = json.loads(json.dumps(_bare(stage.predict.dump_state()), ensure_ascii=False))
        loaded = type(stage)()
        loaded.predict.load_state(state)
        return cls(
            stage=stage.name,
            state=state,
            signature_hash=stage.signature_hash(),
            prompt_version=loaded.prompt_version(),
            base_version=base_version,
        )

    @property
    def instructions(self) -> str:
        """The instruction of the compiled prompt."""
        return self.state["signature"]["instructions"]


def _bare(state: dict[str, Any]) -> dict[str, Any]:
    """A predictor's state without what only the optimizer needed: traces, and a model of its own."""
    return {**state, "traces": [], "train": [], "lm": None}


class CompiledProgram(_Frozen):
    """The prompts of a step that an optimizer made, with how they were made and what they brought.

    Attributes:
        step: what was compiled.
        prompts: one for each of its stages.
        optimizer: the name that `condor optimize` knows it by.
        seed: of the sets and of the optimizer.
        models: role (`generator`, `judge`, `optimizer`) -> the model with its sampling settings.
        sets: which cells, or tags, were used for what; the ids of each set in order.
        scores: on the hold-out, from 0 to 1: `before` and `after` with their intervals, and the paired `difference`.
        improved: whether the hold-out proves it better (see optimizing/proof.py). Otherwise a run does not use it.
        condor: the version that compiled it.
    """

    scheme: Literal["condor-compiled-1"] = SCHEME
    step: CompiledStep
    prompts: tuple[CompiledPrompt, ...] = Field(min_length=1)
    optimizer: str
    seed: int
    models: dict[str, dict[str, Any]]
    sets: dict[SetName, tuple[str, ...]]
    scores: dict[str, dict[str, float | int | None]]
    improved: bool
    condor: str = __version__

    @property
    def file_name(self) -> str:
        """What its file is called in a directory of compiled programs."""
        return f"{self.step}.json"


def save_compiled(program: CompiledProgram, path: Path) -> None:
    """Write a compiled program.

    Raises:
        OutputFault: the file cannot be written.
    """
    _write(program, path)


def load_compiled(path: Path) -> CompiledProgram:
    """Read a compiled program.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        ProgramFault: it is none, or was compiled for another signature than its stage has now.
    """
    program = _parse(CompiledProgram, path)
    known = {stage.name for stage in STEP_STAGES[program.step]}
    if {prompt.stage for prompt in program.prompts} != known:
        raise ProgramFault(f"{path}: a compiled {program.step} has the prompts of {', '.join(sorted(known))}")
    for prompt in program.prompts:
        _check(prompt, str(path), f"condor optimize {program.step}")
    return program


class _Frozenset(_Frozen):
    """What is frozen into a run; `named` is that of its `Programs`."""

    scheme: Literal["condor-programs-1"] = "condor-programs-1"
    named: bool
    prompts: tuple[CompiledPrompt, ...]


@dataclass(frozen=True)
class Programs:
    """What a run asks with in place of the built-in prompts.

    Attributes:
        prompts: by the stage's name; a stage that is missing keeps its built-in prompt.
        named: whether it was said where they are; a run may be begun with a directory in which nothing is better yet.
    """

    prompts: Mapping[str, CompiledPrompt] = field(default_factory=dict)
    named: bool = field(default=False, compare=False)

    def __bool__(self) -> bool:
        return bool(self.prompts)

    @classmethod
    def of(cls, prompts: Iterable[CompiledPrompt]) -> "Programs":
        """The prompts by their stages."""
        return cls({prompt.stage: prompt for prompt in prompts})

    def within(self, *programs: dspy.Module) -> "Programs":
        """Those of them that are for a stage of some programs."""
        stages = {
            module.name
            for program in programs
            for _, module in program.named_sub_modules()
            if isinstance(module, Stage)
        }
        return replace(self, prompts={name: prompt for name, prompt in self.prompts.items() if name in stages})

    def apply(self, program: dspy.Module) -> None:
        """Put the prompts into the stages of a program, or into a stage; others are left as they are.

        Raises:
            ValueError: a prompt is for a signature with more or fewer fields.
        """
        for _, module in program.named_sub_modules():
            if isinstance(module, Stage) and (prompt := self.prompts.get(module.name)) is not None:
                _put(prompt, module)

    def version(self, stage: type[Stage[Any]]) -> str:
        """The version of the prompt that a stage asks with."""
        prompt = self.prompts.get(stage.name)
        return stage().prompt_version() if prompt is None else prompt.prompt_version

    def freeze(self, path: Path) -> dict[str, str]:
        """Write them for a run that begins with them; where none were found or named, there is no file.

        Returns:
            What the run's journal says of them: see `note`.

        Raises:
            OutputFault: the file cannot be written.
        """
        if not (self.prompts or self.named):
            path.unlink(missing_ok=True)  # a beginning that was broken off may have left one
        else:
            _write(self._held(), path)
        return self.note()

    def note(self) -> dict[str, str]:
        """A hash of what `freeze` writes, under a key of a journal's meta; nothing where it writes no file."""
        frozen = self.prompts or self.named
        return {NOTE: content_hash(self._held().model_dump(mode="json"))} if frozen else {}

    def _held(self) -> "_Frozenset":
        return _Frozenset(named=self.named, prompts=tuple(self.prompts[stage] for stage in sorted(self.prompts)))

    @classmethod
    def frozen(cls, path: Path) -> "Programs":
        """What a run was begun with; nothing where there is no file.

        Raises:
            ProgramFault: the file is damaged, or a prompt was compiled for another signature than its stage has now.
        """
        if not path.exists():
            return cls()
        held = _parse(_Frozenset, path)
        for prompt in held.prompts:
            _check(prompt, str(path), "another --run")
        return replace(cls.of(held.prompts), named=held.named)


def load_programs(directory: Path) -> Programs:
    """The compiled programs in a directory, or those of a run's `programs.json`.

    Those that brought no improvement are left out.

    `refine+critique` stands for both of its stages, and for itself alone: beside it, `refine` or `critique` would be
    another prompt for the same stage.

    Raises:
        UnreadableFile: there is no such directory, or no compiled program in it.
        ProgramFault: a file is none, or does not fit (see `load_compiled`); or two are for one stage.
    """
    if directory.is_file():
        return replace(Programs.frozen(directory), named=True)
    # What `condor optimize --run DIR` leaves stands in DIR/compiled.
    inner = directory / "compiled"
    place = inner if inner.is_dir() else directory
    paths = [place / f"{step}.json" for step in STEPS if (place / f"{step}.json").exists()]
    if not paths:
        raise UnreadableFile(f"{directory}: no compiled program here; condor optimize makes some")
    owners: dict[str, Path] = {}
    prompts = []
    for path in paths:
        program = load_compiled(path)
        for prompt in program.prompts if program.improved else ():
            if prompt.stage in owners:
                raise ProgramFault(
                    f"{place}: {owners[prompt.stage].name} and {path.name} both hold a prompt for {prompt.stage}; "
                    "move one of them away"
                )
            owners[prompt.stage] = path
            prompts.append(prompt)
    return replace(Programs.of(prompts), named=True)


def _put(prompt: CompiledPrompt, stage: Stage[Any]) -> None:
    """Load a prompt into its stage. DSPy itself would take fewer fields, and leave the rest as they are."""
    given, wanted = len(prompt.state["signature"]["fields"]), len(type(stage).signature.fields)
    if given != wanted:
        raise ValueError(f"the state has {given} fields, and the signature of {stage.name} {wanted}")
    stage.predict.load_state(prompt.state)


def _check(prompt: CompiledPrompt, where: str, remedy: str) -> None:
    """See that a prompt is for its stage as it is now, and still comes out as what it was."""
    stage = _STAGES.get(prompt.stage)
    if stage is None:
        raise ProgramFault(f"{where}: holds a prompt for {prompt.stage}, which is no stage that can be compiled")
    now = stage.signature_hash()
    if prompt.signature_hash != now:
        raise ProgramFault(
            f"{where}: the prompt of {prompt.stage} was compiled for another signature ({prompt.signature_hash}, now "
            f"{now}); compile it again: {remedy}"
        )
    loaded = stage()
    try:
        _put(prompt, loaded)
        version = loaded.prompt_version()
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise ProgramFault(f"{where}: the prompt of {prompt.stage} cannot be loaded: {exc!r}") from exc
    if version != prompt.prompt_version:
        raise ProgramFault(
            f"{where}: the prompt of {prompt.stage} was changed by hand or by a newer library (version {version}, the "
            f"file says {prompt.prompt_version}); compile it again: {remedy}"
        )


def _parse(kind: type[Any], path: Path) -> Any:
    text = read_text(path, what="a compiled program")
    try:
        return kind.model_validate_json(text)
    except ValidationError as exc:
        first = exc.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise ProgramFault(f"{path}: no compiled program: {f'{place}: ' if place else ''}{first['msg']}") from exc


def _write(value: BaseModel, path: Path) -> None:
    with write_atomically(path) as file:
        json.dump(value.model_dump(mode="json"), file, ensure_ascii=False, indent=1)
        file.write("\n")
