"""Which topics exist, and which comes next? The World Knowledge Tree, the tasks, and the sampler."""

from .change_log import log_change, utc_today
from .coverage import Coverage, Grid, Point, Share, measure_coverage
from .deduplication import merge_duplicates
from .diff import TreeDiff, diff_trees
from .formats import EXPORTS, IMPORTS, ImportReport, export_tree, import_nested_json, import_tree, load_tree, save_tree
from .history import LogEntry, TagMerge
from .retirement import retire_stale
from .sampler import CellSampler, SampledCell
from .seeds import seed_tree
from .staleness import stale_roots
from .stats import TreeStats, tree_stats
from .tags import MAX_TAG_CHARS, fold_tag, normalise_tag
from .tasks import Task, tasks_for
from .tree import KnowledgeTree

__all__ = [
    "EXPORTS",
    "IMPORTS",
    "MAX_TAG_CHARS",
    "CellSampler",
    "Coverage",
    "Grid",
    "ImportReport",
    "KnowledgeTree",
    "LogEntry",
    "Point",
    "SampledCell",
    "Share",
    "TagMerge",
    "Task",
    "TreeDiff",
    "TreeStats",
    "diff_trees",
    "export_tree",
    "fold_tag",
    "import_nested_json",
    "import_tree",
    "load_tree",
    "log_change",
    "measure_coverage",
    "merge_duplicates",
    "normalise_tag",
    "retire_stale",
    "save_tree",
    "seed_tree",
    "stale_roots",
    "tasks_for",
    "tree_stats",
    "utc_today",
]
