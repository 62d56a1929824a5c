"""With which model, data and prompts? Recipes, and what is done with a run: synthesis, status, explanation, export."""

from .batch import BatchUse, RunBatches, open_batches
from .calibration import Calibration, calibrate, load_labels
from .coverage import runs_coverage
from .explain import Life, explain
from .export import export_run
from .forecast import Forecast, forecast
from .growth import GrowthPlan, grow_tree
from .harvest import HarvestPlan, harvest_tree
from .judgement import Judgement
from .judging import JudgePlan, judge_run
from .recipe import Recipe, RefineSettings, load_recipe, save_recipe
from .refined_forecast import RefinedForecast, refine_forecast
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
    "RunBatches",
    "RunStatus",
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
    "refine_forecast",
    "run_status",
    "runs_coverage",
    "save_recipe",
    "topics_as_text",
    "topics_from_text",
    "tree_run_status",
    "update_tree",
]
