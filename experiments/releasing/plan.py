"""What a release is to be: everything that decides its bytes besides the runs, as values that a YAML file can say."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from textwrap import shorten
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ...corpus.filters.screening import FilterSettings
from ...corpus.formats import FORMATS, REFINED_FORMATS, FormatName, StageName
from ...corpus.near_duplicates import DuplicateSettings
from ...corpus.release.licenses import check_license
from ...corpus.release.names import check_name, check_version, folder_name
from ...corpus.selection import SelectionSettings
from ...corpus.settings_files import read_settings
from ...corpus.shards import ShardKind
from ...errors import ReleaseFault
from ...runtime.embedding import EmbedderSpec


class ReleasePlan(BaseModel):
    """A release.

    Attributes:
        name, version: of the release: its folder is `NAME-VERSION`.
        license: an identifier of Hugging Face's, or the SPDX one. There is no default.
        license_name, license_link: of the licence `other`.
        date: as the card shows it; None for none.
        stage: whose answers: `void` the first ones, `refine` those of the last refinement that stands.
        formats: what is written besides the whole chains; by default all that the stage has.
        shards: what files are written as.
        seed: decides what chance decides: subsets, and which leaf tags are held out.
        filters: rules, see `FilterSettings`.
        selection: rules, subsets, quotas and splits, see `SelectionSettings`.
        duplicates: from where on two questions are one; None keeps all but the very same.
        embedder: an embedding model, by whose vectors questions are compared, too.
        against: files or folders of earlier releases whose questions must not come again.
        decontaminate: benchmark files whose texts must not be in a record.
        previous: the folder of the release that this one is compared with, and whose leaf tags keep their splits.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    license: str
    license_name: str | None = None
    license_link: str | None = None
    date: str | None = None
    stage: StageName = "refine"
    formats: tuple[FormatName, ...] = Field(default=(), validate_default=False)
    shards: ShardKind = "jsonl"
    seed: int = Field(default=0, strict=True)
    filters: FilterSettings = FilterSettings()
    selection: SelectionSettings = SelectionSettings()
    duplicates: DuplicateSettings | None = DuplicateSettings()
    embedder: EmbedderSpec | None = None
    against: tuple[str, ...] = ()
    decontaminate: tuple[str, ...] = ()
    previous: str | None = Field(default=None, min_length=1)

    @field_validator("date", mode="before")
    @classmethod
    def _is_a_date(cls, value: Any) -> Any:
        # YAML reads an unquoted date as one.
        try:
            return None if value is None else date.fromisoformat(str(value)).isoformat()
        except ValueError as exc:
            raise ValueError(f"{value!r} is no date; write it as 2026-11-22") from exc

    @field_validator("formats")
    @classmethod
    def _in_order(cls, formats: tuple[FormatName, ...]) -> tuple[FormatName, ...]:
        return tuple(format_ for format_ in FORMATS if format_ in formats)

    @model_validator(mode="after")
    def _belong_together(self) -> "ReleasePlan":
        refused = [format_ for format_ in self.formats if self.stage == "void" and format_ in REFINED_FORMATS]
        if refused:
            raise ValueError(f"{', '.join(refused)}: needs refined answers; use stage refine, or another format")
        if self.embedder is not None and self.duplicates is None:
            raise ValueError("an embedder compares questions for near duplicates; do not switch those off")
        return self

    @property
    def written(self) -> tuple[FormatName, ...]:
        """The formats that are written: those that were asked for, or all that the stage has."""
        return self.formats or tuple(
            format_ for format_ in FORMATS if self.stage == "refine" or format_ not in REFINED_FORMATS
        )

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return folder_name(self.name, self.version)

    def checked(self) -> "ReleasePlan":
        """The plan with its licence as Hugging Face spells it.

        Raises:
            ReleaseFault: the name, the version or the licence cannot be one.
        """
        check_name(self.name)
        check_version(self.version)
        license_ = check_license(self.license, self.license_name, self.license_link)
        return self.model_copy(update={"license": license_})

    def as_settings(self) -> dict[str, Any]:
        """What was asked for, as the manifest holds it: with every default, and files without the way there."""
        told = self.model_dump(mode="json", exclude=set(TOLD_APART))
        return told | {"formats": list(self.written), "embedder": self._embedder()} | self._files()

    def as_yaml(self) -> str:
        """The plan as a file that `--plan` reads: what differs from the defaults."""
        told = self.model_dump(mode="json", exclude_defaults=True) | self._files() | {"embedder": self._embedder()}
        return yaml.safe_dump(
            {key: value for key, value in told.items() if value not in ([], None)} | self._switched_off(),
            sort_keys=False,
            allow_unicode=True,
        )

    def _embedder(self) -> dict[str, Any] | None:
        """What shapes the vectors; not where the model is served."""
        if self.embedder is None:
            return None
        return {key: value for key, value in self.embedder.identity.items() if value is not None}

    def _files(self) -> dict[str, list[str] | str | None]:
        """Files and folders without the way there."""
        previous = None if self.previous is None else Path(self.previous).resolve().name
        files = {name: [Path(each).name for each in getattr(self, name)] for name in ("against", "decontaminate")}
        return files | {"previous": previous}

    def _switched_off(self) -> dict[str, None]:
        return {"duplicates": None} if self.duplicates is None else {}


#: What the manifest holds of a plan in places of its own.
TOLD_APART: Final = frozenset({"name", "version", "license", "license_name", "license_link", "date", "stage", "seed"})


#: What to write, by key, where a value is of the wrong kind.
_HOW: Final = {
    "formats": f"write --format, or formats: [...] in a plan, with some of {', '.join(FORMATS)}",
    "shards": "write --shards jsonl or --shards parquet",
    "stage": "write --stage void or --stage refine",
    "seed": "write --seed with a whole number, as in --seed 1",
    "name": "write --name as a text",
    "version": "write --version as a text, in a plan in quotes: version: '1.0'",
    "license": "write --license as a text",
    "previous": "write --previous with the folder of one release",
    "against": "write against: [FILE, ...] in a plan, or --against FILE",
    "decontaminate": "write decontaminate: [FILE, ...] in a plan, or --decontaminate FILE",
}


def make_plan(given: Mapping[str, Any], source: str = "condor release") -> ReleasePlan:
    """A plan from its keys and values.

    Args:
        given: keys and values.
        source: where they came from, for messages.

    Raises:
        ReleaseFault: a key is missing or unknown, a value is of the wrong kind, or the name, the version or the licence
            cannot be one.
    """
    try:
        return ReleasePlan.model_validate(dict(given)).checked()
    except ValidationError as exc:
        problems = "; ".join(_describe(error) for error in exc.errors(include_url=False))
        raise ReleaseFault(f"{source}: {problems}") from exc


def _describe(error: Any) -> str:
    key = ".".join(str(part) for part in error["loc"])
    where = f"{key}: " if key else ""
    match error["type"]:
        case "missing":
            return f"--{key} is missing, and has no default"
        case "extra_forbidden":
            return f"{where}unknown key"
        case "value_error":
            return f"{where}{error['ctx']['error']}"
        case _ if (first := str(error["loc"][0])) in _HOW:
            return f"{first}: {shorten(repr(error['input']), 80, placeholder='...')} cannot be; {_HOW[first]}"
        case _:
            return f"{where}{error['msg']}"


def load_plan(path: Path) -> dict[str, Any]:
    """The keys and values of a plan's file; paths in it are relative to its own directory.

    Raises:
        UnreadableFile: missing, or not UTF-8.
        ReleaseFault: not YAML, a key that stands twice, or no mapping.
    """
    data = read_settings(path, what="a plan of a release", fault=ReleaseFault)
    if not isinstance(data, dict):
        raise ReleaseFault(f"{path}: expected keys and values such as 'name: condor-en', found {type(data).__name__}")
    for name in ("against", "decontaminate"):
        if isinstance(data.get(name), list):
            data[name] = [str(path.parent / str(each)) for each in data[name]]
    if isinstance(data.get("previous"), str):
        data["previous"] = str(path.parent / data["previous"])
    return data
