"""Models judged on data. Imports nothing heavy."""

from distill.judging.scoring import (
    change,
    decoding_of,
    judge,
    judge_model,
    judge_models,
    lead_texts,
    predict,
    teller,
)

__all__ = ["change", "decoding_of", "judge", "judge_model", "judge_models", "lead_texts", "predict", "teller"]
