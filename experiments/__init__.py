"""With which model, data and prompts? Recipes, and what is done with a run: synthesis, status, explanation, export."""

from .explain import Life, explain
from .export import export_run
from .forecast import Forecast, forecast
from .growth import GrowthPlan, grow_tree
from .recipe import Recipe, RefineSettings, load_recipe, save_recipe
from .refined_forecast import RefinedForecast, refine_forecast
from .status import RunStatus, run_status
from .synthesis import Synthesis, prepare_synthesis

__all__ = [
    "Forecast",
    "GrowthPlan",
    "Life",
    "Recipe",
    "RefineSettings",
    "RefinedForecast",
    "RunStatus",
    "Synthesis",
    "explain",
    "export_run",
    "forecast",
    "grow_tree",
    "load_recipe",
    "prepare_synthesis",
    "refine_forecast",
    "run_status",
    "save_recipe",
]
