"""Reading and writing prompt versions in a store: the one place that talks to MLflow's registry."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock, Timeout

from ...errors import PromptFault, StoreFault
from ..mlflow_store import Store, database_file, store_faults
from .body import PromptBody, is_body_tag, pack_body, unpack_body
from .template import Messages

if TYPE_CHECKING:
    from mlflow.entities.model_registry import PromptVersion

#: The alias of the version that synthesis uses.
CHAMPION = "champion"
#: Tags of every version.
PROMPT_VERSION, SIGNATURE_HASH, CONDOR_VERSION, SOURCE = (
    "condor.prompt_version",
    "condor.signature_hash",
    "condor.version",
    "condor.source",
)
BUILT_IN, COMPILED = "built-in", "compiled"
#: The versions that were champion before, of the prompt; see champions.py.
_CHAMPIONS = "condor.champions"
#: By this tag MLflow's UI shows a prompt beside the runs of an experiment.
_EXPERIMENTS = "_mlflow_experiment_ids"
#: MLflow takes 100,000 characters of a prompt, and MySQL's column ends at 65,535 bytes.
_LONGEST_TEMPLATE = 60_000
_PAGE = 100
#: How often the versions of a prompt are listed in the place of a listing that another process spoiled.
_LISTINGS = 10
#: Seconds that a process waits for another which registers in the same SQLite store.
_LOCK_S = 120


@dataclass(frozen=True)
class RegisteredPrompt:
    """A version of a prompt in the registry.

    Attributes:
        name: of the prompt.
        version: MLflow's number.
        champion: whether synthesis uses it.
        tags: what is known of it, but for its body.
        created_ms: when it was registered, in milliseconds since 1970.
        body: its messages and its state, packed.
    """

    name: str
    version: int
    champion: bool
    tags: Mapping[str, str]
    created_ms: int
    packed: Mapping[str, str]

    @property
    def prompt_version(self) -> str:
        """The hash of what the model reads."""
        return self.tags.get(PROMPT_VERSION, "")

    @property
    def source(self) -> str:
        """`built-in` or `compiled`."""
        return self.tags.get(SOURCE, "")

    def body(self) -> PromptBody:
        """Its messages and its state.

        Raises:
            PromptFault: its tags are damaged.
        """
        return unpack_body(self.packed, f"{self.name} version {self.version}")


def versions_of(store: Store, name: str) -> list[RegisteredPrompt]:
    """All versions of a prompt that Condor registered, the first one first; none where there is no such prompt.

    Raises:
        StoreFault: the store failed.
    """
    with store_faults(store.address):
        found = _listed(store, name)
        champion = _champion_number(store, name) if found else None
    ours = [_registered(version, champion) for version in found if PROMPT_VERSION in version.tags]
    return sorted(ours, key=lambda version: version.version)


def _listed(store: Store, name: str, listings: int = _LISTINGS) -> "list[PromptVersion]":
    from mlflow.exceptions import MlflowException

    try:
        return _pages(store, name)
    except MlflowException as exc:
        if exc.error_code == "RESOURCE_DOES_NOT_EXIST":
            return []
        if exc.error_code != "INVALID_PARAMETER_VALUE" or "registered as a model" not in exc.message:
            raise
        # MLflow says so also where a version is taken away, its tags first, while it is listed.
        if store.client.get_prompt(name) is None:
            raise PromptFault(f"{name}: MLflow has a model of that name; rename it, and register again") from exc
        if listings == 1:
            raise
    return _listed(store, name, listings - 1)


def _pages(store: Store, name: str) -> "list[PromptVersion]":
    found: list[PromptVersion] = []
    token: str | None = None
    while token is None or token:
        page = store.client.search_prompt_versions(name, max_results=_PAGE, page_token=token)
        found += page
        token = page.token or ""
    return found


def _champion_number(store: Store, name: str) -> int | None:
    from mlflow.exceptions import MlflowException

    try:
        return int(store.client.get_prompt_version_by_alias(name, CHAMPION).version)
    except MlflowException as exc:
        # A database says that the parameter is invalid, a server that the resource does not exist.
        if exc.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
        return None


def _registered(version: "PromptVersion", champion: int | None) -> RegisteredPrompt:
    tags = version.tags
    return RegisteredPrompt(
        name=version.name,
        version=version.version,
        champion=version.version == champion,
        tags={key: value for key, value in tags.items() if not is_body_tag(key)},
        created_ms=version.creation_timestamp,
        packed={key: value for key, value in tags.items() if is_body_tag(key)},
    )


def add_version(
    store: Store, name: str, body: PromptBody, template: Messages, tags: Mapping[str, str], *, message: str
) -> RegisteredPrompt:
    """Register a version, unless one with the same prompt version is there; returns the one that stands.

    The version appears with all of its tags, or not at all. Call it inside `registering`. A server has no lock for us:
    there, of two that appear at once the first one stands, and whoever made the other takes it away again.

    Raises:
        StoreFault: the store failed.
        PromptFault: a model of that name is in the way.
    """
    known = {version.prompt_version: version for version in reversed(versions_of(store, name))}
    if (standing := known.get(tags[PROMPT_VERSION])) is not None:
        return standing
    with store_faults(store.address):
        _ensure_prompt(store, name)
        made = store.client.create_prompt_version(
            name, _fitting(template), description=message, tags=dict(tags) | pack_body(body)
        )
    same = [version for version in versions_of(store, name) if version.prompt_version == tags[PROMPT_VERSION]]
    if same[0].version != made.version:
        with store_faults(store.address):
            store.client.delete_prompt_version(name, str(made.version))
    return same[0]


def _ensure_prompt(store: Store, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        store.client.create_prompt(name, tags={_EXPERIMENTS: f",{store.experiment_id},"})
    except MlflowException as exc:
        if exc.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _fitting(template: Messages) -> Messages:
    """A template that MLflow can hold: of one that is too long, demos are left out. The body has them all."""
    shown, left_out = list(template), 0
    while _is_too_long(shown) and len(shown) > 2:
        del shown[-2]
        left_out += 1
    if left_out:
        note = f"[{left_out} messages of demos are not shown here: too long for MLflow]"
        shown.insert(-1, {"role": "assistant", "content": note})
    return [_cut(message) for message in shown] if _is_too_long(shown) else shown


def _is_too_long(template: Messages) -> bool:
    return len(json.dumps(template)) > _LONGEST_TEMPLATE - 200  # room for the note


def _cut(message: dict[str, Any]) -> dict[str, Any]:
    text, longest = message["content"], _LONGEST_TEMPLATE // 20  # a character may be written as six, or twelve
    return message if len(text) <= longest else message | {"content": f"{text[:longest]}[...]"}


def champion_history(store: Store, name: str) -> list[int]:
    """The champions up to the present one, which is the last: what a rollback goes back along."""
    with store_faults(store.address):
        prompt = store.client.get_prompt(name)
        present = _champion_number(store, name) if prompt is not None else None
    if prompt is None or present is None:
        return []
    try:
        held = [int(version) for version in json.loads(prompt.tags.get(_CHAMPIONS, "[]"))]
    except (ValueError, TypeError):
        held = []  # somebody wrote something else there: the present champion is what is known
    # The alias is the truth: somebody may have set it in MLflow's UI.
    return held if held[-1:] == [present] else [*held, present]


def set_champion(store: Store, name: str, version: int, *, history: list[int], history_first: bool) -> None:
    """Point the alias to a version and keep the history; where it breaks off between the two, the alias counts.

    Args:
        history_first: of a step back: were the alias set first, the version gone back from would seem to be before it.
    """
    with store_faults(store.address):
        if history_first:
            store.client.set_prompt_tag(name, _CHAMPIONS, json.dumps(history))
        store.client.set_prompt_alias(name, CHAMPION, version)
        if not history_first:
            store.client.set_prompt_tag(name, _CHAMPIONS, json.dumps(history))


@contextmanager
def registering(store: Store) -> Iterator[None]:
    """Hold the registry of a SQLite store against other processes that change it.

    Raises:
        StoreFault: another process holds it for too long.
    """
    database = database_file(store.address)
    if database is None:
        yield
        return
    lock = FileLock(database.with_name(f".{database.name}.prompts.lock"), timeout=_LOCK_S)
    try:
        lock.acquire()
    except Timeout as exc:
        raise StoreFault(f"{store.uri}: another process registers prompts for {_LOCK_S} s") from exc
    try:
        yield
    finally:
        lock.release()


def list_prompts(store: Store, names: Iterable[str]) -> dict[str, list[RegisteredPrompt]]:
    """The versions of prompts by name; a prompt that has none is left out.

    Raises:
        StoreFault: the store failed.
    """
    found = {name: versions_of(store, name) for name in names}
    return {name: versions for name, versions in found.items() if versions}
