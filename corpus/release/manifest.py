"""What a release says of itself: its files with hashes, what it was made from, and what was left out."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from ...errors import ReleaseFault
from ...files import read_text, write_atomically
from ...hashing import content_hash
from ..formats import StageName
from .layout import MANIFEST_FILE
from .names import folder_name

#: The version of the manifest and of the folder that it describes.
SCHEMA: Final = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileFacts(_Frozen):
    """A file of a release.

    Attributes:
        sha256: of its bytes, 64 hexadecimal digits.
        bytes: its size.
        rows: records or lines in it, for data and reports; None for other files.
    """

    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)
    rows: int | None = Field(default=None, ge=0)


class MakerFacts(_Frozen):
    """A model with the settings and the prompt that it made released records with.

    Attributes:
        stage: the name of the step: question, answer, critique, refinement.
        model: as LiteLLM names it.
        sampling: the settings that were sent.
        prompt_version: of the prompt.
        records: how many of the released chains' records it made.
    """

    stage: str
    model: str
    sampling: dict[str, FiniteFloat | int | str]
    prompt_version: str
    records: int = Field(ge=0)


class JudgeFacts(_Frozen):
    """Who scored a run.

    Attributes:
        model: as LiteLLM names it.
        sampling: the settings that were sent.
        prompt_version: of the prompt for scores.
        rehearsal: whether it is the embedded stand-in.
        scored: released records that have its score.
    """

    model: str
    sampling: dict[str, FiniteFloat | int | str]
    prompt_version: str | None
    rehearsal: bool
    scored: int = Field(ge=0)


class RunFacts(_Frozen):
    """A run that records were taken from.

    Attributes:
        name: of its directory, without the way there.
        journal: digest over the ids of what it has kept, in the order of its walk; not of a file's bytes.
        void, refine: digests of its void set and its refined set, as MLflow has them.
        tree_version: of the tree that it samples from now.
        tree_versions: of the trees that its released records were sampled from.
        kept, released: records.
        rehearsal: whether the embedded stand-in wrote any of it.
        recipe: everything that decided what it wrote; not where its models are served.
        makers: what its released records were made with.
        judge: who scored it; None where nobody did.
        gate: the model that decided which refinements stand; None where every refinement was kept.
    """

    name: str
    journal: str
    void: str
    refine: str
    tree_version: str
    tree_versions: tuple[str, ...]
    kept: int = Field(ge=0)
    released: int = Field(ge=0)
    rehearsal: bool
    recipe: dict[str, Any]
    makers: tuple[MakerFacts, ...]
    judge: JudgeFacts | None = None
    gate: str | None = None


class Manifest(_Frozen):
    """A release's manifest.

    Attributes:
        schema_version: of the manifest.
        name, version: of the release.
        license, license_name, license_link: as the card declares it.
        date: as it was given, ISO 8601; None where none was.
        condor: version of the Condor that made it.
        rehearsal: whether any of it was written by the embedded stand-in: no such release can be pushed.
        stage: whose answers are released.
        seed: of sampling and of splits.
        settings: what was asked for: filters, selection, splits, formats, files to compare with.
        kept: what the runs had kept: `released` and all of `removed` together.
        removed: rule -> records that it left out, in the order in which the rules were asked.
        unpaired: format of preference pairs -> rule -> records that are released, but are no pair.
        restored: records that a rule would have left out, and that a person had put back.
        unscored: released records that no judge has scored: a least score leaves them in.
        splits: split -> records.
        records_digest: over split, question and record of everything released, in order.
        runs: what it was made from, in the order in which they were named.
        files: name -> file, of everything in the folder but the manifest.
        seal: over all of the above: a slip of the hand shows, and so does a changed byte.
    """

    schema_version: int = SCHEMA
    name: str
    version: str
    license: str
    license_name: str | None = None
    license_link: str | None = None
    date: str | None = None
    condor: str
    rehearsal: bool
    stage: StageName
    seed: int
    settings: dict[str, Any]
    kept: int = Field(ge=0)
    released: int = Field(ge=0)
    removed: dict[str, int]
    unpaired: dict[str, dict[str, int]] = {}
    restored: int = Field(default=0, ge=0)
    unscored: int = Field(default=0, ge=0)
    splits: dict[str, int]
    records_digest: str
    runs: tuple[RunFacts, ...]
    files: dict[str, FileFacts]
    seal: str = ""

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        # It is shown, and names files: nothing but what a release can be called gets in.
        try:
            folder_name(self.name, self.version)
        except ReleaseFault as exc:
            raise ValueError(str(exc)) from exc
        return self

    def sealed(self) -> "Manifest":
        """The same with its seal."""
        return self.model_copy(update={"seal": content_hash(self.model_dump(mode="json", exclude={"seal"}), size=32)})

    def as_text(self) -> str:
        """The file's text: keys in their order, and the files sorted."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n"

    @property
    def title(self) -> str:
        """Name and version."""
        return f"{self.name} {self.version}"


def save_manifest(manifest: Manifest, directory: Path) -> None:
    """Seal it and write it.

    Raises:
        OutputFault: it cannot be written.
    """
    with write_atomically(directory / MANIFEST_FILE) as file:
        file.write(manifest.sealed().as_text())


def load_manifest(directory: Path) -> Manifest:
    """Read it.

    Raises:
        ReleaseFault: there is none, it is none, or a newer version wrote it.
    """
    path = directory / MANIFEST_FILE
    if not path.is_file():
        raise ReleaseFault(f"{directory}: no release here: it has no {MANIFEST_FILE}")
    try:
        data = json.loads(read_text(path, what="a manifest"))
    except (ValueError, RecursionError) as exc:
        raise ReleaseFault(f"{path}: not JSON, or damaged: {exc}") from exc
    version = data.get("schema_version") if isinstance(data, dict) else None
    if isinstance(version, int) and version > SCHEMA:
        raise ReleaseFault(f"{path}: written by a newer version of Condor (schema {version}); update Condor")
    try:
        manifest = Manifest.model_validate(data)
        manifest.sealed()  # settings may be nested deeper than anything can be written
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        raise ReleaseFault(f"{path}: not a release's manifest: {where}: {first['msg']}") from exc
    except (ValueError, RecursionError) as exc:
        raise ReleaseFault(f"{path}: no manifest: {exc}") from exc
    return manifest


def file_facts(path: Path, rows: int | None = None) -> FileFacts:
    """The facts of a file.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return FileFacts(sha256=digest, bytes=file.tell(), rows=rows)


def gather_files(directory: Path, names: Mapping[str, int | None]) -> dict[str, FileFacts]:
    """The facts of files.

    Args:
        directory: of the release.
        names: of files below it -> rows in each.

    Raises:
        OSError: one cannot be read.
    """
    return {name: file_facts(directory / name, names[name]) for name in sorted(names)}
