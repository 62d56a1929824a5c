"""What a release may be called: names that are a folder on every system, and versions that have an order."""

import re
from pathlib import Path
from typing import Final

from packaging.version import InvalidVersion, Version

from ...errors import ReleaseFault

_NAME: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
_VERSION: Final = re.compile(r"[0-9a-z.+]{1,32}")
#: What Windows takes for a device, whatever follows a dot.
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{n}" for kind in ("com", "lpt") for n in range(10))})


def check_name(name: str) -> str:
    """A release's name, which is part of its folder's.

    Raises:
        ReleaseFault: it is empty, too long, or holds what not every system takes in a folder's name.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise ReleaseFault(
            f"--name: {_shown(name)} cannot be a release's name; use 1 to 64 letters A-Z a-z, digits, '.', '_' and "
            "'-', with a letter or digit at both ends and no '..'"
        )
    if name.partition(".")[0].lower() in _DEVICES:
        raise ReleaseFault(f"--name: {_shown(name)} is the name of a device on Windows; choose another")
    return name


def check_version(version: str) -> Version:
    """A release's version (PEP 440), in the spelling that its folder has.

    Raises:
        ReleaseFault: it is none, or there is a plainer spelling of it.
    """
    try:
        parsed = Version(version)
    except InvalidVersion as exc:
        raise ReleaseFault(f"--version: {_shown(version)} is no version; write it as 1.0, 1.2.1 or 2.0rc1") from exc
    if str(parsed) != version:
        raise ReleaseFault(f"--version: {_shown(version)}: write it as {parsed}")
    if not _VERSION.fullmatch(version):
        raise ReleaseFault(
            f"--version: {_shown(version)} cannot be part of a folder's name; use up to 32 digits, small letters, "
            "'.' and '+', as in 1.0, 1.2.1 or 2.0rc1"
        )
    return parsed


def folder_name(name: str, version: str) -> str:
    """The name of a release's folder; a version holds no hyphen, so that the last one parts the two.

    Raises:
        ReleaseFault: the name or the version cannot be one.
    """
    check_name(name)
    check_version(version)
    return f"{name}-{version}"


def versions_in(out: Path, name: str) -> list[tuple[Version, Path]]:
    """The releases of a name in a folder, the lowest version first, told by their folders' names."""
    found = []
    for path in out.iterdir() if out.is_dir() else ():
        head, _, tail = path.name.rpartition("-")
        if head == name and path.is_dir():
            try:
                found.append((check_version(tail), path))
            except ReleaseFault:
                continue  # somebody else's folder
    return sorted(found)


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else f"{text[:80]}...")
