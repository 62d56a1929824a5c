"""The licences that a dataset card can declare: the identifiers that Hugging Face knows."""

import re
from typing import Final

from ...errors import ReleaseFault

#: For a licence that has no identifier: the card names it and says where it is.
OTHER: Final = "other"

#: As the Hub's documentation lists them, but for `unknown`, which declares nothing.
_LISTED: Final = """
    afl-3.0 agpl-3.0 apache-2.0 apple-amlr apple-ascl artistic-2.0 bigcode-openrail-m bigscience-bloom-rail-1.0
    bigscience-openrail-m bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear bsl-1.0 c-uda cc cc-by-2.0 cc-by-2.5
    cc-by-3.0 cc-by-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0
    cc-by-nc-sa-3.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 cdla-permissive-1.0
    cdla-permissive-2.0 cdla-sharing-1.0 creativeml-openrail-m deepfloyd-if-license ecl-2.0 epl-1.0 epl-2.0 etalab-2.0
    eupl-1.1 eupl-1.2 fair-noncommercial-research-license gemma gfdl gpl gpl-2.0 gpl-3.0 grok2-community h-research
    intel-research isc lgpl lgpl-2.1 lgpl-3.0 lgpl-lr llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 lppl-1.3c mit
    mpl-2.0 ms-pl ncsa odbl odc-by ofl-1.1 open-mdw openrail openrail++ osl-3.0 other pddl postgresql unlicense wtfpl
    zlib
"""
#: A file's name in the repository, or an address of the web without a user's name and password.
_LINK: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,199}|https?://[^\s@<>\"'`\\\x00-\x1f\x7f]{1,1000}")
LICENSES: Final = frozenset(_LISTED.split())


def check_license(license_: str, name: str | None, link: str | None) -> str:
    """The identifier of a licence, as a card holds it.

    Args:
        license_: an identifier of Hugging Face's, or the SPDX identifier that differs from it in capitals alone.
        name: what an `other` licence is called.
        link: where an `other` licence is: a file's name in the release's repository, or an address.

    Raises:
        ReleaseFault: there is no such identifier; `other` comes without name and link, or they without `other`; or the
            name is no line, or the link no file and no address.
    """
    known = license_.lower()
    if known not in LICENSES:
        raise ReleaseFault(
            f"--license: {license_[:80]!r} is no licence that Hugging Face has an identifier for; use one such as "
            "apache-2.0, mit, cc-by-4.0, cc-by-sa-4.0, cc-by-nc-4.0, cc0-1.0, odc-by, cdla-permissive-2.0, or other "
            "with --license-name and --license-link"
        )
    if known == OTHER and not (name and link):
        raise ReleaseFault("--license: other says nothing by itself; add --license-name and --license-link")
    if known != OTHER and (name or link):
        raise ReleaseFault(f"--license-name and --license-link go with --license other only, not with {known}")
    if known == OTHER:
        _check_other(name or "", link or "")
    return known


def _check_other(name: str, link: str) -> None:
    if not name.isprintable() or not name.strip() or len(name) > 100:
        raise ReleaseFault(f"--license-name: {name[:80]!r} is no name; use one line of up to 100 characters")
    if not _LINK.fullmatch(link):
        raise ReleaseFault(
            f"--license-link: {link[:80]!r} leads nowhere; name a file such as LICENSE, or an address that begins with "
            "https:// and holds no password"
        )
