"""One tag path and one task make three questions of rising difficulty (paper section 3.2)."""

from typing import Annotated

import dspy
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

QuestionText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class QuestionTriple(BaseModel):
    """Three questions on one theme. Each is whole: it may have many lines, Markdown, numbers and code."""

    model_config = ConfigDict(extra="forbid")

    easy: QuestionText = Field(description="common knowledge and a little thought are enough to answer it well")
    medium: QuestionText = Field(description="needs real knowledge of the theme, or several steps of thought")
    hard: QuestionText = Field(description="demands an expert: deep knowledge, many constraints or careful reasoning")

    @model_validator(mode="after")
    def _differ(self) -> "QuestionTriple":
        texts = {" ".join(text.split()).casefold() for text in (self.easy, self.medium, self.hard)}
        if len(texts) < 3:
            raise ValueError("easy, medium and hard must be three different questions")
        return self


class WriteQuestionTriple(dspy.Signature):
    """Write three questions that a person could put to an AI assistant: one easy, one medium, one hard.

    All three belong to the given task and take their inspiration from the given theme.
    - Context: each question stands on its own. Bring the situation, background, material or data that is needed to
      answer it, so that it does not come out of nowhere; where the task works on material, the question contains it.
    - Difficulty: the three really differ in what it takes to answer them (knowledge, constraints, steps of
      reasoning), not only in length.
    - Imagination: the questions need only be related to the theme. Vary people, places, purposes, tone and form, and
      welcome an unexpected angle.
    - Originality: the example questions show what the task is like. Never copy their wording, their setting or
      their subject.
    - Form: ask in the voice of a real user and write nothing but the question itself; no answer, no hint of its
      difficulty, no number or heading in front of it.
    Write all three in the requested language, whatever the language of the theme and the examples.
    """

    theme: list[str] = dspy.InputField(desc="a path of tags from broad to narrow; the last tag is the theme")
    task: str = dspy.InputField(desc="the kind of question to write, with its description")
    examples: list[str] = dspy.InputField(desc="questions of this kind, for inspiration only")
    language: str = dspy.InputField(desc="the language to write in")
    questions: QuestionTriple = dspy.OutputField(
        desc="one JSON object with the keys easy, medium and hard, in this order; inside its strings escape double "
        "quotes and line breaks as JSON demands"
    )
