"""A run's kept records into a dataset file."""

from pathlib import Path

from ..corpus.export import export_jsonl
from ..corpus.formats import FormatName, StageName
from ..errors import UsageFault
from .status import open_run


def export_run(run: Path, out: Path, *, format_: FormatName, stage: StageName) -> int:
    """Write the kept records of a run, in the order of its walk; returns the number of lines.

    Raises:
        BadInput: there is no run in the directory.
        UsageFault: preference pairs were asked for at the stage that has only one answer.
        OutputFault: the file cannot be written; what stood there before still does.
    """
    if format_ == "dpo" and stage == "void":
        raise UsageFault("dpo pairs the refined answer with the first one: use --stage refine")
    _, journal = open_run(run, whole=True)
    with journal:
        return export_jsonl(journal.kept_chains(), out, format_=format_, stage=stage)
