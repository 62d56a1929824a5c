"""Is a proposed tag a topic, and a new one? Rules with a reason and a figure, and near-duplicates."""

from .duplicates import DuplicateIndex, Match, find_duplicates
from .likeness import MIN_SHINGLE_SHARE, Likeness, jaccard, likeness
from .meaning import MIN_COSINE, Embedder, MeaningIndex
from .rejection import TagRejection
from .rules import MAX_CHARS, MAX_WORDS_EN, clean_proposal, strip_marks
from .words import TagWords

__all__ = [
    "MAX_CHARS",
    "MAX_WORDS_EN",
    "MIN_COSINE",
    "MIN_SHINGLE_SHARE",
    "DuplicateIndex",
    "Embedder",
    "Likeness",
    "Match",
    "MeaningIndex",
    "TagRejection",
    "TagWords",
    "clean_proposal",
    "find_duplicates",
    "jaccard",
    "likeness",
    "strip_marks",
]
