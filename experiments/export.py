"""A run's kept records into a dataset file."""

from pathlib import Path

from ..corpus.export import export_jsonl
from ..corpus.formats import REFINED_FORMATS, FormatName, StageName
from ..errors import UsageFault
from .status import open_run


def export_run(run: Path, out: Path, *, format_: FormatName, stage: StageName) -> int:
    """Write the kept records of a run, in the order of its walk; returns the number of lines.

    Raises:
        BadInput: there is no run in the directory.
        UsageFault: preference pairs or critiques were asked for at the stage that has only one answer.
        OutputFault: the file cannot be written; what stood there before still does.
    """
    if format_ in REFINED_FORMATS and stage == "void":
        what = "holds critiques of answers" if format_ == "critique" else "pairs the refined answer with the first one"
        raise UsageFault(f"{format_} {what}: use --stage refine")
    _, journal = open_run(run, whole=True)
    with journal:
        return export_jsonl(journal.kept_chains(), out, format_=format_, stage=stage)
