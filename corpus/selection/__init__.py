"""Which of the good records does a release take, and which of them are held out? Rules, subsets, quotas and splits."""

from .names import DIMENSIONS, Dimension
from .options import settings_from_options
from .quotas import keep_quotas
from .ranks import Preference, record_order
from .reading import load_selection
from .report import SelectionReport, Step, Target
from .rules import IncludeRule, NameRule, ScoreRule, parse_rule
from .selecting import Selection, select, select_with_report
from .settings import EVERYTHING, SelectionSettings, SubsetSettings
from .splits import SPLITS, Leaf, SplitName, SplitShares, assign_splits, split_leaves
from .subsets import FRACTIONS, TAG_SHARES, keep_difficulties, keep_first_tasks, keep_fraction, keep_tags
from .weights import keep_weighted

__all__ = [
    "DIMENSIONS",
    "EVERYTHING",
    "FRACTIONS",
    "SPLITS",
    "TAG_SHARES",
    "Dimension",
    "IncludeRule",
    "Leaf",
    "NameRule",
    "Preference",
    "ScoreRule",
    "Selection",
    "SelectionReport",
    "SelectionSettings",
    "SplitName",
    "SplitShares",
    "Step",
    "SubsetSettings",
    "Target",
    "assign_splits",
    "keep_difficulties",
    "keep_first_tasks",
    "keep_fraction",
    "keep_quotas",
    "keep_tags",
    "keep_weighted",
    "load_selection",
    "parse_rule",
    "record_order",
    "select",
    "select_with_report",
    "settings_from_options",
    "split_leaves",
]
