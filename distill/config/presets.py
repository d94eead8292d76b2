"""Named settings: sizes of runs, and ways to teach."""

from typing import Any

PRESETS: dict[str, dict[str, Any]] = {
    # The settings of the reports this began with: 1000 articles, batch 2, three passes.
    "report": {"max_examples": 1000, "validation_examples": 200, "input_tokens": 512},
    # Minutes on two cores, to see a run through.
    "quick": {
        "max_examples": 200,
        "validation_examples": 36,
        "max_steps": 40,
        "batch_size": 4,
        "accumulation": 1,
        "target_tokens": 64,
        # Ten times the reports' rate: with so few steps theirs changes nothing that could be seen.
        "learning_rate": 3e-4,
        "save_steps": 10,
    },
}

METHODS: dict[str, dict[str, Any]] = {
    # The teacher's soft targets beside the labels: Hinton, Vinyals & Dean (2015), arXiv:1503.02531.
    "logit": {},
    # The labels alone, whatever teacher is named: the control.
    "ce": {"alpha": 0.0},
    # Also its hidden states and embeddings: Jiao et al. (2020), TinyBERT, arXiv:1909.10351.
    "hidden": {"hidden_weight": 1.0, "embedding_weight": 1.0, "balance": True},
    # Also where it looks: Zagoruyko & Komodakis (2017), arXiv:1612.03928, and TinyBERT.
    "attention": {"attention_weight": 1.0, "balance": True},
    # All of these together.
    "multi": {"hidden_weight": 1.0, "embedding_weight": 1.0, "attention_weight": 1.0, "balance": True},
    # How its queries, keys and values relate: Wang et al. (2021), MiniLMv2, arXiv:2012.15828.
    "relation": {"relation_weight": 1.0, "balance": True},
    # Which text is which: InfoNCE on pooled encoder states, for texts without labels too.
    "contrastive": {"contrastive_weight": 0.1},
    # Half of the batches are the student's own writing: Agarwal et al. (2024), GKD, arXiv:2306.13649.
    "on-policy": {"on_policy": 0.5, "divergence": "js"},
    # A temperature that makes it ever harder: Li et al. (2023), CTKD, arXiv:2211.16231.
    "curriculum": {"temperature_schedule": "learnable"},
    # A softer target where the teacher is surer.
    "adaptive": {"temperature_schedule": "adaptive"},
}
