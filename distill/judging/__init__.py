"""Models judged on data: at the end of a run, and as an evaluation in the background. Imports nothing heavy.

evaluation = judging.start({"models": [...], "data": ..., "limit": ...}, settings)
evaluation.status()   # status, message, done, total, eta_seconds, evaluation_id, created
evaluation.result()   # rows and sentences; from the first model on, `complete` at the end
evaluation.cases()    # each text with all summaries
evaluation.cancel(); evaluation.resume(settings); all_evaluations(settings); find(ID, settings)
"""

from typing import Any

from distill.judging.folder import Evaluation, all_evaluations, create, find, of_plan, start
from distill.judging.lead import lead_texts
from distill.judging.plan import EvaluationPlan
from distill.judging.scoring import change, decoding_of, judge, judge_model, judge_models, teller
from models.settings import Settings

__all__ = [
    "Evaluation",
    "EvaluationPlan",
    "all_evaluations",
    "carry_out",
    "change",
    "create",
    "decoding_of",
    "find",
    "judge",
    "judge_model",
    "judge_models",
    "lead_texts",
    "of_plan",
    "start",
    "teller",
]


def carry_out(evaluation: Evaluation, settings: Settings) -> dict[str, Any]:
    """Carry an evaluation out, or go on with it, in this process, which holds the lock; see `Work`."""
    from distill.judging.work import Work

    return Work(evaluation, settings).carry_out()
