"""Trees in files: Condor's own JSON, what others write, and pictures. One file a format."""

from .condor_json import load_tree, save_tree
from .exchange import EXPORTS, IMPORTS, export_tree, import_tree
from .nested_json import import_nested_json
from .report import ImportReport

__all__ = [
    "EXPORTS",
    "IMPORTS",
    "ImportReport",
    "export_tree",
    "import_nested_json",
    "import_tree",
    "load_tree",
    "save_tree",
]
