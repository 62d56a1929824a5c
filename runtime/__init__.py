"""Where do calls go, and what survives a crash? Models, the journal, steps and the synthesizer."""

from .journal import Journal
from .models import Model, ModelSpec, build_model
from .steps import JournaledSteps
from .synthesizer import Outcome, Synthesizer, Tally

__all__ = [
    "Journal",
    "JournaledSteps",
    "Model",
    "ModelSpec",
    "Outcome",
    "Synthesizer",
    "Tally",
    "build_model",
]
