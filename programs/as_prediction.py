"""A program for optimizers that look into what a program returns."""

from typing import Any

import dspy

from ..corpus.records import Record
from ..hashing import canonical_json
from .program import Program


class AsPrediction(Program[dspy.Prediction]):
    """A program whose result stands in a `dspy.Prediction`: `result` as it is, and `text` for a model to read.

    Most optimizers hand a result to the metric and nothing else, and take our programs as they are. SIMBA shows it to
    the model that writes its rules, as the fields of a prediction.

    Args:
        program: what is executed; its predictors are this program's.
    """

    def __init__(self, program: Program[Any]) -> None:
        super().__init__()
        self.program = program

    def forward(self, **inputs: Any) -> dspy.Prediction:
        """Run the program."""
        result = self.program(**inputs)
        return dspy.Prediction(result=result, text=canonical_json(_plain(result)))


def _plain(result: Any) -> Any:
    """Records as what they say."""
    if isinstance(result, Record):
        return result.content()
    return [_plain(item) for item in result] if isinstance(result, tuple) else result
