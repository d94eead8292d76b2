"""The page's label for each setting, and for what each rule finds."""

DECODING = {
    "beams": "Beams (1 streams)",
    "max_new_tokens": "Longest, in tokens",
    "min_new_tokens": "Shortest, in tokens (0: default)",
    "length_penalty": "Length penalty (−0.1: default)",
    "no_repeat_ngram": "No repeated n-gram (0: default)",
    "early_stopping": "Stop when all beams have ended",
}
"""How a summary is written."""
SIZE = {
    "learning_rate": "Learning rate",
    "epochs": "Epochs",
    "max_steps": "Steps (empty: by epochs)",
    "batch_size": "Batch size",
    "max_examples": "Examples (empty: all)",
}
"""The settings of a run's size that the form shows; the preset sets them."""
TEACHING = {
    "alpha": "Alpha (teacher’s share)",
    "alpha_schedule": "Alpha over time",
    "alpha_end": "Alpha at the end",
    "temperature": "Temperature",
    "temperature_schedule": "Temperature over time",
    "temperature_end": "Temperature at the end",
    "hidden_weight": "Weight of hidden states",
    "embedding_weight": "Weight of embeddings",
    "attention_weight": "Weight of attention",
    "relation_weight": "Weight of relations",
    "contrastive_weight": "Weight of contrast",
    "on_policy": "Share written by the student",
    "balance": "Balance the terms",
    "teacher_cache": "Cache the teacher",
}
"""The settings of teaching that have a control of their own; the method sets them."""
LABELS = DECODING | SIZE | TEACHING
"""Those of a run and of a summary, in whichever form they appear."""
SEARCH = {
    "sampler": "Who chooses the shapes",
    "trials": "Candidates",
    "reward_beta": "Latency goal, × the teacher’s",
    "reward_alpha": "Weight of latency (alpha, 0 or less)",
    "slowest": "Slowest that is trained, × the teacher’s",
    "share": "Share of the data for each",
    "steps": "Steps for each (0: 4 epochs)",
    "seed": "Seed",
    "multi": "Loss and latency as two objectives, in place of one reward",
    "space": "Shapes to try, as JSON (empty: all up to the teacher’s)",
}
"""The settings of a search, apart from those of a run: a run has a seed too, and no field for it."""
_FAULTS = {
    "charset": "strange characters",  # lost ones, control characters, another script
    "repetition": "repetition",
    "unfinished": "unfinished",
    "marks": "stray marks",
    "fragments": "broken sentences",
    "length": "too short or long",
    "numbers": "invented numbers",
    "names": "invented names",
}


def fault(rule: str) -> str:
    """What a rule finds, in words; a kept result may name one that is no more, which keeps its name."""
    return _FAULTS.get(rule, rule)
