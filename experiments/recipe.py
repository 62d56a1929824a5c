"""A recipe: everything that decides what a run writes, as a YAML file that a person reads and edits."""

from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from ..errors import RecipeFault
from ..files import read_text, write_atomically
from ..runtime.models import ModelSpec
from ..vocabulary import DIFFICULTIES, TASKS, Difficulty, Language, TaskName

V = TypeVar("V")


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _distinct(values: tuple[V, ...]) -> tuple[V, ...]:
    if len(set(values)) < len(values):
        raise ValueError("must not name anything twice")
    return values


def _unwavering(value: Any) -> Any:
    """A judge without a temperature of its own gets 0."""
    if isinstance(value, ModelSpec):
        return value if "temperature" in value.model_fields_set else steady(value)
    given = {"name": value} if isinstance(value, str) else value
    return {"temperature": 0.0} | given if isinstance(given, dict) else given


def steady(spec: ModelSpec) -> ModelSpec:
    """A model as a judge is asked: at temperature 0, so that the same texts get the same verdict.

    One that takes no temperature is left as it is.
    """
    return spec if spec.temperature is None else spec.model_copy(update={"temperature": 0.0})


OneOrMore = BeforeValidator(_as_list)


class RefineSettings(BaseModel):
    """How answers are refined.

    Attributes:
        rounds: critique and refine so often; each round starts from the one before and all are kept.
        gate: `judge` keeps a refinement only where the judge prefers it, in both orders, to what it came from. Where it
            does not, or where a verdict cannot be read, the earlier answer stays and no further round is begun. None
            keeps every refinement.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rounds: int = Field(default=1, ge=1, le=20, strict=True)
    gate: Literal["judge"] | None = None


class Recipe(BaseModel):
    """What to synthesise.

    Attributes:
        tree: one or several trees, merged: files, or `seed:en`, `seed:zh` for those that ship with the package.
        languages: what to write in; they take turns. A tree in one language is asked in that one only.
        records: how many refined records to keep.
        tasks: of the paper's seven; their order is the order in which they are asked.
        difficulties: whose questions to answer; a call always writes all three.
        refine: how answers are refined.
        seed: another seed walks the tree in another order.
        model: writes everything.
        judge: compares answers, at temperature 0 unless it says another; None for the model that writes.
        parse_retries: how often a reply that does not parse is asked for again, with the error fed back.
        concurrency: calls in flight at most.
        budget_usd: what the run may cost in all its sessions; None for no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tree: Annotated[tuple[str, ...], OneOrMore] = Field(min_length=1)
    languages: Annotated[tuple[Language, ...], OneOrMore] = Field(default=("en",), min_length=1)
    records: int = Field(gt=0, strict=True)
    tasks: tuple[TaskName, ...] = Field(default=TASKS, min_length=1)
    difficulties: Annotated[tuple[Difficulty, ...], OneOrMore] = Field(default=DIFFICULTIES, min_length=1)
    refine: RefineSettings = RefineSettings()
    seed: int = Field(default=0, strict=True)
    model: ModelSpec
    judge: Annotated[ModelSpec | None, BeforeValidator(_unwavering)] = None
    parse_retries: int = Field(default=2, ge=0, le=10, strict=True)
    concurrency: int = Field(default=16, ge=1, le=4096, strict=True)
    budget_usd: float | None = Field(default=None, gt=0)

    _no_doubles = field_validator("tree", "languages", "tasks", "difficulties")(_distinct)

    @property
    def judge_spec(self) -> ModelSpec:
        """The judging model: `judge`, or else the one that writes, at temperature 0."""
        return self.judge or steady(self.model)


#: Keys that may differ between two sessions of one run: they do not change what is written, or only how much of it.
_FREE_KEYS = frozenset({"records", "concurrency", "parse_retries", "budget_usd"})
#: Likewise of the model: where it is served and what it costs. (A tree is compared by its version instead of its name,
#: a judge by its identity.)
_FREE_OF_MODEL = (
    "model.api_base",
    "model.api_key_env",
    "model.timeout_s",
    "model.requests_per_minute",
    "model.tokens_per_minute",
    "model.patience_s",
    "model.engine",
    "model.price",
    "tree",
    "judge",
)


def load_recipe(path: Path) -> Recipe:
    """Read a recipe. Paths of trees in it are relative to its own directory.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        RecipeFault: not YAML, an unknown or missing key, or a value of the wrong kind: with line and key.
    """
    text = read_text(path, what="a recipe")
    try:
        data = yaml.safe_load(text)
        lines = _key_lines(yaml.compose(text, Loader=yaml.SafeLoader), path)
    except RecursionError as exc:
        raise RecipeFault(f"{path}: nested too deeply, or within itself") from exc
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise RecipeFault(f"{where}: not YAML: {exc.problem or exc.context}") from exc
    except yaml.YAMLError as exc:
        raise RecipeFault(f"{path}: not YAML: {exc}") from exc
    if not isinstance(data, dict):
        raise RecipeFault(f"{path}: expected keys and values such as 'tree: seed:en', found {type(data).__name__}")
    recipe = validate_recipe(data, str(path), lines)
    return recipe.model_copy(update={"tree": tuple(_beside(path, tree) for tree in recipe.tree)})


def validate_recipe(data: dict[Any, Any], source: str, lines: dict[tuple[Any, ...], int] | None = None) -> Recipe:
    """A recipe from its keys and values.

    Args:
        data: keys and values.
        source: where they came from, for messages: a file, or the command line.
        lines: the line of each key, by its place.

    Raises:
        RecipeFault: an unknown or missing key, or a value of the wrong kind.
    """
    try:
        return Recipe.model_validate(data)
    except ValidationError as exc:
        problems = "; ".join(_describe(error, lines or {}) for error in exc.errors())
        raise RecipeFault(f"{source}: {problems}") from exc


def save_recipe(recipe: Recipe, path: Path) -> None:
    """Write a recipe with every default spelt out."""
    with write_atomically(path) as file:
        yaml.safe_dump(recipe.model_dump(mode="json"), file, sort_keys=False, allow_unicode=True)


def differences(before: Recipe, now: Recipe) -> list[str]:
    """What of two recipes for one run must not differ and does, a line each."""
    old, new = _binding(before), _binding(now)
    return [
        f"{key}: {old.get(key)!r} -> {new.get(key)!r}" for key in sorted({*old, *new}) if old.get(key) != new.get(key)
    ]


def _binding(recipe: Recipe) -> dict[str, Any]:
    """What of a recipe decides what is written, by key. A judge does where it is a gate, wherever it is served."""
    flat = flatten(recipe.model_dump(mode="json"))
    bound = {key: value for key, value in flat.items() if key not in _FREE_KEYS and not key.startswith(_FREE_OF_MODEL)}
    return bound | (flatten(recipe.judge_spec.identity, "judge.") if recipe.refine.gate else {})


def flatten(value: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """The values of a nested mapping under dotted keys."""
    flat: dict[str, Any] = {}
    for key, item in value.items():
        flat |= flatten(item, f"{prefix}{key}.") if isinstance(item, dict) else {f"{prefix}{key}": item}
    return flat


def _beside(recipe: Path, tree: str) -> str:
    return tree if tree.startswith("seed:") else str(recipe.parent / tree)


def _key_lines(node: yaml.Node | None, path: Path, place: tuple[Any, ...] = ()) -> dict[tuple[Any, ...], int]:
    """The line of every key, and a refusal of keys that stand twice: YAML would keep the last without a word."""
    lines: dict[tuple[Any, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # no key of a recipe; the check of the values names it
            here = (*place, key.value)
            if here in lines:
                raise RecipeFault(f"{path}:{key.start_mark.line + 1}: the key {key.value!r} stands twice")
            lines[here] = key.start_mark.line + 1
            lines |= _key_lines(value, path, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[*place, index] = value.start_mark.line + 1
            lines |= _key_lines(value, path, (*place, index))
    return lines


def _describe(error: Any, lines: dict[tuple[Any, ...], int]) -> str:
    place = error["loc"]
    key = ".".join(str(part) for part in place)
    line = next((lines[place[:n]] for n in range(len(place), 0, -1) if place[:n] in lines), None)
    where = f"line {line}, {key}" if line else key
    match error["type"]:
        case "missing":
            return f"{key}: this key is missing"
        case "extra_forbidden":
            return f"{where}: unknown key (known: {', '.join(_known(place))})"
        case "value_error":
            # Our own checks say what is wrong, and do not repeat an address that holds a password.
            return f"{where}: {error['ctx']['error']}"
        case _:
            return f"{where}: {error['msg']}, found {error['input']!r}"


def _known(place: tuple[Any, ...]) -> list[str]:
    parts = {"refine": RefineSettings, "model": ModelSpec, "judge": ModelSpec}
    model: Any = parts.get(place[0], Recipe) if len(place) > 1 else Recipe
    return list(model.model_fields)
