"""What the command line offers is what there is."""

from condor.cli.options import FormatChoice, StageChoice
from condor.corpus.formats import FORMATS, STAGES


def test_every_format_and_stage_can_be_asked_for():
    assert [choice.value for choice in FormatChoice] == list(FORMATS)
    assert [choice.value for choice in StageChoice] == list(STAGES)
