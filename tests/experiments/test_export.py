"""Which exports are refused before anything is read or written."""

from pathlib import Path

import pytest

from condor.corpus.formats import REFINED_FORMATS, FormatName
from condor.errors import UsageFault
from condor.experiments import export_run


@pytest.mark.parametrize("format_", sorted(REFINED_FORMATS))
def test_what_comes_of_refinement_is_not_exported_of_first_answers(tmp_path: Path, format_: FormatName):
    with pytest.raises(UsageFault, match=f"{format_} .*: use --stage refine"):
        export_run(tmp_path / "run", tmp_path / "out.jsonl", format_=format_, stage="void")
    assert list(tmp_path.iterdir()) == []
