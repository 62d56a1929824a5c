"""Runs in MLflow. It is a view: a run's directory is the truth, and what was not yet sent waits in its journal.

Nothing here imports MLflow when it is imported: that takes seconds.
"""
