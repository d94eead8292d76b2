"""Search the student's shape: candidates are born, timed, distilled for a short while; the best are picked.

`distill.search.searches` begins searches and finds them again. This file imports nothing heavy: Optuna comes
with the first search.
"""

from distill.search.plan import SAMPLERS, Plan

__all__ = ["SAMPLERS", "Plan"]
