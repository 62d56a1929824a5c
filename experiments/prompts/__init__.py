"""Which prompt does a stage ask with? Every version in MLflow's prompt registry, and the champions that runs use.

Nothing here imports MLflow when it is imported: that takes seconds.
"""
