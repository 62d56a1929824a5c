"""The embedded stand-in for a language model: deterministic, without key, network or download.

It is for trying the pipeline, for tests and for simulations of scale and load. What it writes is fluent and on topic,
and no training data.
"""
