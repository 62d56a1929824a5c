"""With which model, data and prompts? Recipes, and what is done with a run: synthesis, status, explanation, export."""

from .batch import BatchUse, RunBatches, open_batches
from .coverage import runs_coverage
from .explain import Life, explain
from .export import export_run
from .forecast import Forecast, forecast
from .growth import GrowthPlan, grow_tree
from .recipe import Recipe, RefineSettings, load_recipe, save_recipe
from .refined_forecast import RefinedForecast, refine_forecast
from .status import RunStatus, run_status
from .synthesis import Synthesis, prepare_synthesis

__all__ = [
    "BatchUse",
    "Forecast",
    "GrowthPlan",
    "Life",
    "Recipe",
    "RefineSettings",
    "RefinedForecast",
    "RunBatches",
    "RunStatus",
    "Synthesis",
    "explain",
    "export_run",
    "forecast",
    "grow_tree",
    "load_recipe",
    "open_batches",
    "prepare_synthesis",
    "refine_forecast",
    "run_status",
    "runs_coverage",
    "save_recipe",
]
