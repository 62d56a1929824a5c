"""Compiling the prompts of a step with DSPy's optimizers, within a budget of calls and proven on a hold-out."""

from .optimization import optimize
from .plan import OPTIMIZERS, OptimizePlan, OptimizerName
from .report import Optimization
from .session import OptimizeUse

__all__ = ["OPTIMIZERS", "Optimization", "OptimizePlan", "OptimizeUse", "OptimizerName", "optimize"]
