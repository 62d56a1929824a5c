"""Self-reflection, first half (paper section 3.3): what is good, what is weak, and what to do about it."""

import dspy


class WriteCritique(dspy.Signature):
    """Review an answer to a user's question, as a demanding expert who wants the answer to become excellent.

    Check whether it does all that was asked and keeps to every demand of format, role, length and style; whether it is
    correct, complete, deep enough and well reasoned; whether it is clear, well ordered and pleasant to read; and
    whether it is safe and honest about its limits. Be specific: point at the passage or the omission that you mean.
    Do not rewrite the answer. Where there is nothing to criticise, say so in one sentence; never invent a fault. Write
    every field in the requested language.
    """

    question: str = dspy.InputField(desc="the user's question")
    answer: str = dspy.InputField(desc="the answer under review")
    language: str = dspy.InputField(desc="the language to write the review in")
    strengths: str = dspy.OutputField(desc="what the answer does well and should keep")
    weaknesses: str = dspy.OutputField(desc="what is wrong, missing, vague, badly put or beside the point")
    suggestions: str = dspy.OutputField(desc="how to repair each weakness, as concrete instructions")
