"""How are steps composed? One DSPy module a stage, and the two stages of the paper, `Void` and `Refine`."""

from .adapter import CondorAdapter
from .answer import AnswerQuestion
from .critique import CritiqueAnswer
from .growth import GrowthReport, GrowTree
from .place import PlaceTopic
from .question import WriteQuestions
from .refine import Refine
from .refinement import RefineAnswer
from .stage import Stage, Step, call_stage
from .tags import ExpandTag, ProposeRoots
from .void import Void

__all__ = [
    "AnswerQuestion",
    "CondorAdapter",
    "CritiqueAnswer",
    "ExpandTag",
    "GrowTree",
    "GrowthReport",
    "PlaceTopic",
    "ProposeRoots",
    "Refine",
    "RefineAnswer",
    "Stage",
    "Step",
    "Void",
    "WriteQuestions",
    "call_stage",
]
