"""Condor: fine-tuning data from a World Knowledge Tree, as DSPy programs.

The rooms, from the top of the house to its floor (each imports only from those below it)::

    condor.cli           how a person drives it
    condor.experiments   with which model, data and prompts: recipes, synthesis, status, explain
    condor.runtime       where calls go and what survives a crash: models, journal, runner
    condor.programs      how steps are composed: one DSPy module a stage, Void and Refine
    condor.signatures    what is asked of the model
    condor.knowledge     which topics exist and which comes next
    condor.corpus        what a record is, and how it is exported

Importing `condor` itself is free: dspy, litellm and mlflow are loaded by the rooms that use them.
"""

__version__ = "0.1.0"
