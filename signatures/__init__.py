"""What is asked of the model, and what type comes back? One file a stage; all prompt text of the project is here."""

from .answer import WriteAnswer
from .critique import WriteCritique
from .question import QuestionTriple, WriteQuestionTriple
from .refinement import WriteRefinement
from .repair import REPAIR_REQUEST
from .tags import PlaceTag, ProposeRootTags, ProposeSubTags

__all__ = [
    "REPAIR_REQUEST",
    "PlaceTag",
    "ProposeRootTags",
    "ProposeSubTags",
    "QuestionTriple",
    "WriteAnswer",
    "WriteCritique",
    "WriteQuestionTriple",
    "WriteRefinement",
]
