"""Compose the texts of `rehearsal`, the deterministic stand-in for a language model.

Everything is drawn from hand-written banks with the caller's own random generator, so a run needs no key,
no network and no download, and the same arguments with the same generator state give the same text.
"""

from .answers import write_answer
from .critique import write_critique
from .features import FEATURES, detect
from .judge import write_comparison, write_scores
from .judge_work import write_question_scores, write_tag_scores
from .place import name_topic, place_topic
from .questions import TASKS, write_questions
from .refine import write_refinement
from .subject import find_subject
from .tags import propose_children, propose_roots

__all__ = [
    "FEATURES",
    "TASKS",
    "detect",
    "find_subject",
    "name_topic",
    "place_topic",
    "propose_children",
    "propose_roots",
    "write_answer",
    "write_comparison",
    "write_critique",
    "write_question_scores",
    "write_questions",
    "write_refinement",
    "write_scores",
    "write_tag_scores",
]
