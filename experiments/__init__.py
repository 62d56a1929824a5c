"""With which model, data and prompts? Recipes, and what is done with a run: synthesis, status, explanation, export."""

from .batch import BatchUse, RunBatches, open_batches
from .calibration import Calibration, calibrate, load_labels
from .coverage import runs_coverage
from .explain import Life, explain
from .export import export_run
from .filter_settings import read_filter_settings
from .forecast import Forecast, forecast
from .growth import GrowthPlan, grow_tree
from .harvest import HarvestPlan, harvest_tree
from .judgement import Judgement
from .judging import JudgePlan, judge_run
from .recipe import Recipe, RefineSettings, load_recipe, save_recipe
from .refined_forecast import RefinedForecast, refine_forecast
from .rejects import Reject, rejects
from .restoring import restore, unrestore
from .screening import Screening, screen_run
from .status import RunStatus, run_status
from .synthesis import Synthesis, prepare_synthesis
from .topics import gather_topics, topics_as_text, topics_from_text
from .tree_run import ModelUse
from .tree_status import TreeRunStatus, tree_run_status
from .update import UpdatePlan, UpdateReport, update_tree

__all__ = [
    "BatchUse",
    "Calibration",
    "Forecast",
    "GrowthPlan",
    "HarvestPlan",
    "JudgePlan",
    "Judgement",
    "Life",
    "ModelUse",
    "Recipe",
    "RefineSettings",
    "RefinedForecast",
    "Reject",
    "RunBatches",
    "RunStatus",
    "Screening",
    "Synthesis",
    "TreeRunStatus",
    "UpdatePlan",
    "UpdateReport",
    "calibrate",
    "explain",
    "export_run",
    "forecast",
    "gather_topics",
    "grow_tree",
    "harvest_tree",
    "judge_run",
    "load_labels",
    "load_recipe",
    "open_batches",
    "prepare_synthesis",
    "read_filter_settings",
    "refine_forecast",
    "rejects",
    "restore",
    "run_status",
    "runs_coverage",
    "save_recipe",
    "screen_run",
    "topics_as_text",
    "topics_from_text",
    "tree_run_status",
    "unrestore",
    "update_tree",
]
