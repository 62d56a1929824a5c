"""A picture of a tree: a sunburst, as SVG or PNG by the file's suffix. Written only."""

from pathlib import Path

from ...errors import UsageFault
from ..tree import KnowledgeTree
from .sunburst_layout import MAX_ARCS, lay_out
from .sunburst_png import write_png
from .sunburst_svg import write_svg


def write_sunburst(tree: KnowledgeTree, path: Path, *, max_arcs: int = MAX_ARCS) -> list[str]:
    """Write the picture; an arc is as wide as its tag has leaves. What is cut is said in the picture.

    Args:
        tree: the tree.
        path: the file; `.svg` or `.png` says what to write.
        max_arcs: how many tags to show at most; whole levels are left out from the leaves upwards.

    Returns:
        What the picture lacks on this machine, in sentences: labels for which no font was found. Mostly nothing.

    Raises:
        UsageFault: the file has another suffix.
        OutputFault: the file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix not in (".svg", ".png"):
        raise UsageFault(f"{path}: a sunburst is written as .svg or .png; give the file one of these suffixes")
    picture = lay_out(tree, max_arcs)
    if suffix == ".png":
        return write_png(picture, path)
    write_svg(picture, path)
    return []
