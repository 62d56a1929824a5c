"""The first answer to a question (paper section 3.2): the data set of pairs that the paper calls Condor Void."""

import dspy


class WriteAnswer(dspy.Signature):
    """Answer the user's question as a knowledgeable, honest and helpful assistant.

    Do what the question asks, all of it, and keep to every format, length, role and style that it demands. Be
    accurate; where you are not sure, or where it depends, say so. Give reasons, steps or examples where they help and
    leave out what does not. Write in the requested language unless the question itself asks for another one.
    """

    question: str = dspy.InputField(desc="the user's question, with whatever material it brings")
    language: str = dspy.InputField(desc="the language to answer in")
    answer: str = dspy.OutputField(desc="the complete answer, and nothing else")
