"""What is a record, and which records are good? Typed records, filters, and export formats."""

from .export import export_jsonl
from .formats import FORMATS, FormatName, StageName, to_line
from .records import Answer, Cell, Chain, Critique, Origin, Provenance, Question, Record, Refinement, parse_record
from .text import clean_text

__all__ = [
    "FORMATS",
    "Answer",
    "Cell",
    "Chain",
    "Critique",
    "FormatName",
    "Origin",
    "Provenance",
    "Question",
    "Record",
    "Refinement",
    "StageName",
    "clean_text",
    "export_jsonl",
    "parse_record",
    "to_line",
]
