"""Compiling the prompts of a step with DSPy's optimizers, within a budget of calls and proven on a hold-out."""

from .optimization import Optimization, optimize
from .plan import OPTIMIZERS, OptimizePlan, OptimizerName
from .session import OptimizeUse

__all__ = ["OPTIMIZERS", "Optimization", "OptimizePlan", "OptimizeUse", "OptimizerName", "optimize"]
