"""The settings of a run by what they decide. A section checks what its own settings allow together.

`RunConfig` has them all side by side, as the command line, a saved run and the page do. What needs one
section only may ask for that.
"""

from dataclasses import dataclass

from distill.config.settings import setting
from distill.errors import BadConfig
from models.decoding import INPUT_LEAST, INPUT_LIMIT

LEAD_WORDS = 40
LEARNABLE = (1.0, 21.0)
"""Where a learnable temperature moves: from one to the other, and never quite there."""
FEATURE_TERMS = ("hidden", "embedding", "attention", "relation", "contrastive")


@dataclass(frozen=True)
class ModelSettings:
    """Who learns, and from whom."""

    student: str = setting(
        "", "model the student starts from, or layers:E+D for evenly spaced teacher layers"
    )
    teacher: str | None = setting(
        None, "model that teaches; without one the student learns from the labels alone"
    )

    def check(self) -> None:
        """Raise BadConfig where the section's settings cannot work together."""
        if not self.student:
            raise BadConfig("No student was named: give a model, or layers:E+D for layers of the teacher.")


@dataclass(frozen=True)
class DataSettings:
    """What is read, and how much of it."""

    data: str = setting("built-in", "built-in, a known hub data set, or a csv, jsonl or parquet file")
    validation: str | None = setting(None, "data to validate on; by default part of the data, chosen by seed")
    document_column: str | None = setting(
        None, "column with the texts; recognized if its name is a usual one"
    )
    summary_column: str | None = setting(
        None, "column with the summaries; recognized if its name is a usual one"
    )
    task: str = setting(
        "summarize",
        "summarize; extract: write the text's best matching sentences; on texts alone: lead, copy",
        choices=("summarize", "extract", "lead", "copy"),
    )
    extract_gain: float | None = setting(
        None, "extract: leave the text's first sentences only for this much more F1, 0 to 1", low=0, high=1
    )
    extract_lead: int = setting(
        LEAD_WORDS, "extract with a gain: words of the text's first sentences at least", low=1, high=512
    )
    max_examples: int | None = setting(None, "cap on the training examples", low=1, high=1e9)
    validation_examples: int = setting(200, "cap on the validation examples", low=1, high=1e6)
    input_tokens: int | None = setting(
        None,
        "tokens the student is trained to read, the prefix included; by default as many as it reads",
        low=INPUT_LEAST,
        high=INPUT_LIMIT,
    )
    target_tokens: int = setting(128, "summaries are cut to this many tokens", low=4, high=512)

    @property
    def has_references(self) -> bool:
        """Whether the task needs summaries, so that the student can be scored against them."""
        return self.task in ("summarize", "extract")


@dataclass(frozen=True)
class OptimisationSettings:
    """How the steps are taken."""

    epochs: float = setting(3.0, "passes over the data", low=0.001, high=1000)
    max_steps: int | None = setting(None, "optimizer steps; overrides the epochs", low=1, high=1e8)
    batch_size: int = setting(2, "examples per forward pass, in each process", low=1, high=4096)
    processes: int = setting(1, "processes that share each step's examples, one per GPU", low=1, high=64)
    accumulation: int = setting(4, "forward passes per optimizer step", low=1, high=4096)
    learning_rate: float = setting(3e-5, "peak learning rate of AdamW", low=1e-9, high=1)
    warmup_steps: int = setting(0, "steps of linear warm-up before the linear decay", low=0, high=1e7)
    weight_decay: float = setting(0.0, "AdamW's weight decay", low=0, high=1)
    clip: float = setting(1.0, "gradients are clipped to this norm", low=1e-6, high=1e6)
    frozen: str | None = setting(
        None, "weights that stay as they are: parts of their names, such as embed,bias, with commas between"
    )
    gradient_checkpointing: bool = setting(False, "spend time to save memory")
    precision: str = setting(
        "auto",
        "auto, float32, bfloat16 or float16 (mixed precision)",
        choices=("auto", "float32", "bfloat16", "float16"),
    )
    seed: int = setting(
        42, "seed of the data's order and split, and of everything random", low=0, high=2**32 - 1
    )


@dataclass(frozen=True)
class ObjectiveSettings:
    """What the student learns from the labels and from the teacher's logits."""

    alpha: float = setting(0.7, "weight of the soft term, 0 to 1", low=0, high=1)
    alpha_schedule: str = setting(
        "constant",
        "constant, or linear or cosine towards alpha_end",
        choices=("constant", "linear", "cosine"),
    )
    alpha_end: float | None = setting(None, "alpha at the last step", low=0, high=1)
    temperature: float = setting(2.0, "temperature of the soft term", low=0.05, high=100)
    temperature_schedule: str = setting(
        "constant",
        "constant; linear or cosine towards temperature_end; learnable; adaptive (by the teacher's entropy)",
        choices=("constant", "linear", "cosine", "learnable", "adaptive"),
    )
    temperature_end: float | None = setting(None, "temperature at the last step", low=0.05, high=100)
    divergence: str = setting(
        "forward_kl",
        "divergence of the soft term: forward_kl, reverse_kl, js or mse",
        choices=("forward_kl", "reverse_kl", "js", "mse"),
    )
    js_beta: float = setting(0.5, "weight of the teacher in the js divergence", low=0.001, high=0.999)
    balance: bool = setting(False, "scale every further term to the size of the soft term")
    on_policy: float = setting(
        0.0,
        "share of batches that the student writes itself; the teacher, or with rollouts ROUGE, corrects them",
        low=0,
        high=1,
    )
    rollouts: int = setting(
        0,
        "summaries that the student writes of each text of such a batch; those that score better than the"
        " others are made likelier",
        low=0,
        high=64,
    )
    reward_rules: str = setting(
        "repetition,unfinished,fragments", "rollouts: rules that cost a summary 0.1 each if they find a fault"
    )

    def check(self) -> None:
        """Raise BadConfig where the section's settings cannot work together."""
        for name in ("alpha", "temperature"):
            schedule, end = f"{name}_schedule", f"{name}_end"
            if getattr(self, schedule) in ("linear", "cosine") and getattr(self, end) is None:
                raise BadConfig(f"{schedule} moves towards {end}: set that too.", schedule, end)
        low, high = LEARNABLE
        if self.temperature_schedule == "learnable" and not low < self.temperature < high:
            raise BadConfig(
                f"temperature is {self.temperature:g}, where a learnable one starts that moves between"
                f" {low:g} and {high:g}: set it to a value between them, or change temperature_schedule.",
                "temperature",
                "temperature_schedule",
            )
        if self.rollouts == 1:
            raise BadConfig("rollouts compares the summaries of a text: set it to 2 or more, or to 0.")
        if self.rollouts and not self.on_policy:
            raise BadConfig(
                "rollouts are written on a share of the batches: set on_policy too, such as 0.8.", "on_policy"
            )


@dataclass(frozen=True)
class FeatureSettings:
    """What the student learns from the teacher's hidden states, attentions and relations."""

    hidden_weight: float = setting(0.0, "weight of the hidden states' term", low=0, high=1e6)
    hidden_metric: str = setting(
        "mse", "mse or cosine, of hidden states and embeddings", choices=("mse", "cosine")
    )
    embedding_weight: float = setting(0.0, "weight of the embeddings' term", low=0, high=1e6)
    attention_weight: float = setting(
        0.0, "weight of the attentions' term (needs slower, eager attention)", low=0, high=1e6
    )
    attention_metric: str = setting("mse", "mse, kl or cosine", choices=("mse", "kl", "cosine"))
    attention_heads: str = setting(
        "average",
        "where the numbers of heads differ: average them, or a learned map",
        choices=("average", "learned"),
    )
    relation_weight: float = setting(
        0.0, "weight of the term of query, key and value relations", low=0, high=1e6
    )
    relation_heads: int = setting(4, "relation heads; must divide both widths of attention", low=1, high=1024)
    contrastive_weight: float = setting(
        0.0, "weight of the contrastive term, which tells texts apart", low=0, high=1e6
    )
    encoder_map: str = setting(
        "even", "teacher layers to follow: even, last, tinybert or pairs such as 0-1,1-3"
    )
    decoder_map: str = setting("even", "the same for the decoder")
    depth_growth: float = setting(
        1.0, "each mapped layer weighs this many times as much as the one below", low=0.01, high=100
    )


@dataclass(frozen=True)
class TeacherSettings:
    """How the teacher is asked: several of them, or one whose answers are kept."""

    more_teachers: str | None = setting(
        None, "further teachers with the same vocabulary, separated by commas, averaged with the first"
    )
    teacher_weights: str = setting("equal", "equal, confidence, or numbers such as 0.7,0.3")
    teacher_cache: bool = setting(
        False, "keep the teacher's largest logits on disk instead of asking it again"
    )
    teacher_top_k: int = setting(16, "logits per token that the cache keeps", low=1, high=1024)
    cache_gigabytes: float = setting(4.0, "the cache's largest size", low=0.001, high=1e6)


@dataclass(frozen=True)
class EvaluationSettings:
    """When the student is judged and kept, and how it then writes."""

    beams: int = setting(4, "beams in evaluation", low=1, high=8)
    evaluation_steps: int | None = setting(
        None, "steps between validations; by default five in a run", low=1, high=1e7
    )
    save_steps: int = setting(50, "steps between checkpoints", low=1, high=1e7)
