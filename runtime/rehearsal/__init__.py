"""The embedded stand-in for a language model: deterministic, without key, network or download.

It is for trying the pipeline, for tests and for simulations of scale and load, of judging and of compiling prompts.
What it writes is fluent and on topic, and no training data; that it answers better to a better prompt, and that its
judge sees this, is made so by rule (`guidance.py`, `writer/judge.py`), and says nothing of how a model would do.
"""
