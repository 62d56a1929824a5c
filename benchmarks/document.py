"""Putting measured figures into a page of docs/, between two marks."""

from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def put(page: str, mark: str, text: str) -> None:
    """Replace what stands in a page between `<!-- MARK: ... -->` and `<!-- end of MARK -->`.

    Raises:
        SystemExit: the page lacks one of the two.
    """
    path, end = DOCS / page, f"<!-- end of {mark} -->"
    before, begin, rest = path.read_text(encoding="utf-8").partition(f"<!-- {mark}: ")
    head, _, _ = rest.partition("\n")
    _, found, after = rest.partition(end)
    if not (begin and found):
        raise SystemExit(f"{path}: nowhere to put the figures: no <!-- {mark}: ... --> and {end}")
    path.write_text(f"{before}{begin}{head}\n\n{text}\n\n{end}{after}", encoding="utf-8")
