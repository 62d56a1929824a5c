"""How are steps composed? One DSPy module a stage, the two stages of the paper, `Void` and `Refine`, and `Judge`."""

from .adapter import CondorAdapter
from .answer import AnswerQuestion
from .critique import CritiqueAnswer
from .growth import GrowTree
from .growth_report import GrowthReport, Merge, NearMiss, Refusal
from .harvest import Harvest
from .harvest_report import Filed, HarvestReport, Unfiled
from .judge import CompareStage, Judge, ScoreStage
from .place import PlaceTopic
from .planting import GrowthLimits, serving_roots
from .question import WriteQuestions
from .refine import Attempt, Refine
from .refinement import RefineAnswer
from .stage import Stage, Step, call_stage
from .tags import ExpandTag, ProposeRoots
from .void import Void

__all__ = [
    "AnswerQuestion",
    "Attempt",
    "CompareStage",
    "CondorAdapter",
    "CritiqueAnswer",
    "ExpandTag",
    "Filed",
    "GrowTree",
    "GrowthLimits",
    "GrowthReport",
    "Harvest",
    "HarvestReport",
    "Judge",
    "Merge",
    "NearMiss",
    "PlaceTopic",
    "ProposeRoots",
    "Refine",
    "RefineAnswer",
    "Refusal",
    "ScoreStage",
    "Stage",
    "Step",
    "Unfiled",
    "Void",
    "WriteQuestions",
    "call_stage",
    "serving_roots",
]
