"""A version that stands already: what is pushed of it is the folder that was checked, not one that is made anew.

A later judging, a record that was put back or another version of Condor would make other bytes of the same runs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...corpus.release.layout import is_release
from ...corpus.release.manifest import Manifest, load_manifest
from ...corpus.release.names import folder_name
from ...errors import ReleaseFault
from .plan import TOLD_APART, make_plan

_LICENSE = ("license", "license_name", "license_link")


@dataclass(frozen=True)
class Standing:
    """A release that stands.

    Attributes:
        directory: its folder.
        manifest: what it says of itself.
    """

    directory: Path
    manifest: Manifest

    def refuse_other(self, asked: Mapping[str, Any], runs: Sequence[Path]) -> None:
        """See that nothing is asked for that it is not. What is not named need not be known again.

        Args:
            asked: keys and values of a plan.
            runs: that are named; none for whatever it was made from.

        Raises:
            ReleaseFault: it was made otherwise, or a value cannot be.
        """
        license_ = {} if "license" in asked else {key: getattr(self.manifest, key) for key in _LICENSE}
        plan = make_plan({**license_, **asked})
        wanted = plan.as_settings() | {key: getattr(plan, key) for key in TOLD_APART}
        held = _settings(self.manifest)
        other = [key for key in asked if wanted[key] != held.get(key)]
        if runs and [run.resolve().name for run in runs] != [run.name for run in self.manifest.runs]:
            other.append("runs")
        if other:
            raise ReleaseFault(
                f"{self.directory}: is there already, made otherwise ({', '.join(other)}); push it as it is with "
                "--name and --version alone, or take another --version"
            )


def find_standing(out: Path, asked: Mapping[str, Any]) -> Standing | None:
    """The release that a plan names, where it stands.

    Args:
        out: where releases are.
        asked: keys and values of a plan.

    Raises:
        ReleaseFault: the name or the version cannot be one, or the manifest cannot be read.
    """
    name, version = asked.get("name"), asked.get("version")
    if not isinstance(name, str) or not isinstance(version, str):
        return None
    directory = out / folder_name(name, version)
    return Standing(directory, load_manifest(directory)) if is_release(directory) else None


def _settings(manifest: Manifest) -> dict[str, Any]:
    """What a release was made with, as a plan says it: files and folders by their names."""
    held = manifest.settings | {key: getattr(manifest, key) for key in TOLD_APART}
    for key in ("against", "decontaminate"):
        held[key] = [each["name"] for each in held.get(key, ())]
    if (before := held.get("previous")) is not None:
        held["previous"] = folder_name(before["name"], before["version"])
    return held
