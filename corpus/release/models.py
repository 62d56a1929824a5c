"""Which of the models that records name is the embedded stand-in?"""


def is_rehearsal_model(name: str) -> bool:
    """Whether a model, as a record's provenance names it, is the rehearsal model, embedded or served.

    Its text is for trying the pipeline, and nobody trains on it.
    """
    return name.rpartition("/")[2].partition("?")[0] == "rehearsal"
