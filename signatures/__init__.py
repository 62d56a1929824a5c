"""What is asked of the model, and what type comes back? One file a stage; all prompt text of the project is here."""

from .answer import WriteAnswer
from .critique import WriteCritique
from .judge import CompareAnswers, QuestionScores, ScoreAnswer, ScoreQuestions, Scores, ScoreTags, TagScores
from .question import QuestionTriple, WriteQuestionTriple
from .refinement import WriteRefinement
from .repair import REPAIR_REQUEST
from .tags import PlaceTag, ProposeRootTags, ProposeSubTags

__all__ = [
    "REPAIR_REQUEST",
    "CompareAnswers",
    "PlaceTag",
    "ProposeRootTags",
    "ProposeSubTags",
    "QuestionScores",
    "QuestionTriple",
    "ScoreAnswer",
    "ScoreQuestions",
    "ScoreTags",
    "Scores",
    "TagScores",
    "WriteAnswer",
    "WriteCritique",
    "WriteQuestionTriple",
    "WriteRefinement",
]
