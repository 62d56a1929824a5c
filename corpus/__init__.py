"""What is a record, and which records are good? Typed records, filters, and export formats."""

from .export import export_jsonl
from .formats import FORMATS, FormatName, StageName, to_line, to_lines
from .records import (
    Answer,
    Cell,
    Chain,
    Comparison,
    Critique,
    Origin,
    Preference,
    Provenance,
    Question,
    Record,
    Refinement,
    Verdict,
    parse_record,
)
from .scores import Scores
from .text import clean_text

__all__ = [
    "FORMATS",
    "Answer",
    "Cell",
    "Chain",
    "Comparison",
    "Critique",
    "FormatName",
    "Origin",
    "Preference",
    "Provenance",
    "Question",
    "Record",
    "Refinement",
    "Scores",
    "StageName",
    "Verdict",
    "clean_text",
    "export_jsonl",
    "parse_record",
    "to_line",
    "to_lines",
]
