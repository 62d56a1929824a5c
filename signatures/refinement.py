"""Self-reflection, second half (paper section 3.3): the answer, written anew in the light of its critique."""

import dspy


class WriteRefinement(dspy.Signature):
    """Write the best possible answer to the user's question, starting from a draft and an expert's review of it.

    Keep what the review names as strengths, repair every weakness, and follow the suggestions where they are right;
    where the review is mistaken, trust the question; where it finds no fault, keep the draft and add only what truly
    helps. Keep to every demand of the question on format, role, length and style.
    The user sees your answer alone and knows of no draft and no review: begin with the answer itself, with no
    preamble, no closing remark about changes, and no mention of a review, feedback, suggestions, improvements or an
    earlier version. Write in the requested language unless the question itself asks for another one.
    """

    question: str = dspy.InputField(desc="the user's question")
    draft: str = dspy.InputField(desc="the answer to start from")
    strengths: str = dspy.InputField(desc="what to keep")
    weaknesses: str = dspy.InputField(desc="what to repair")
    suggestions: str = dspy.InputField(desc="how to repair it")
    language: str = dspy.InputField(desc="the language to answer in")
    answer: str = dspy.OutputField(desc="the final answer, complete in itself, and nothing else")
