"""Was it better? Runs side by side: what they were made with, what came of it, at what price, and how sure that is."""

from .comparing import RunComparison, compare_runs
from .markdown import as_markdown
from .report import Report, Section, report

__all__ = ["Report", "RunComparison", "Section", "as_markdown", "compare_runs", "report"]
