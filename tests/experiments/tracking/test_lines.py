"""Records of a run as they are shown."""

import asyncio
from pathlib import Path

from condor.experiments import Recipe, prepare_synthesis
from condor.experiments.status import open_run
from condor.experiments.tracking.lines import sample_row


def test_a_record_of_which_a_gate_let_no_refinement_stand_has_an_answer_and_no_critique(tmp_path: Path) -> None:
    data = {"tree": ["seed:en"], "records": 4, "languages": ["en"], "model": "rehearsal"}
    gate = {"refine": {"rounds": 1, "gate": "judge"}, "judge": "rehearsal?malformed=1.0"}
    with prepare_synthesis(Recipe.model_validate(data | gate), tmp_path / "run") as synthesis:
        assert asyncio.run(synthesis.run()).tally.kept == 4
    _, journal = open_run(tmp_path / "run")
    with journal:
        chains = list(journal.kept_chains())
    assert [chain.rounds for chain in chains] == [()] * 4, "nothing stands that the judge could not be asked about"
    for chain in chains:
        row = sample_row(chain)
        assert row["critique"] == ""
        assert row["refinement"] == row["answer"] == chain.answer.text
        assert row["record_id"] == row["answer_id"]
