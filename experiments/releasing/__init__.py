"""From runs to a released dataset: what is kept, what is left out and why, and a folder that is whole or not there."""

from .plan import ReleasePlan, make_plan
from .release import Release, make_release

__all__ = ["Release", "ReleasePlan", "make_plan", "make_release"]
