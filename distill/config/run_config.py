"""The settings of a run: one frozen, checked, saved object. Imports nothing heavy."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from distill.config.presets import METHODS, PRESETS
from distill.config.values import converted
from distill.errors import BadConfig

LEAD_WORDS = 40
_LAYERS = re.compile(r"layers:(\d+)\+(\d+)")
FEATURE_TERMS = ("hidden", "embedding", "attention", "relation", "contrastive")
TASKS = ("summarize", "extract", "lead", "copy")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")
CHOICES = {
    "task": TASKS,
    "precision": PRECISIONS,
    "alpha_schedule": ("constant", "linear", "cosine"),
    "temperature_schedule": ("constant", "linear", "cosine", "learnable", "adaptive"),
    "divergence": ("forward_kl", "reverse_kl", "js", "mse"),
    "hidden_metric": ("mse", "cosine"),
    "attention_metric": ("mse", "kl", "cosine"),
    "attention_heads": ("average", "learned"),
}
"""What the settings with a fixed choice may be."""


def _help(text: str, default: Any) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides how a run goes. The defaults are those of the `report` preset."""

    student: str = _help("model the student starts from, or layers:E+D for evenly spaced teacher layers", "")
    teacher: str | None = _help(
        "model that teaches; without one the student learns from the labels alone", None
    )
    data: str = _help("built-in, a known hub data set, or a csv, jsonl or parquet file", "built-in")
    validation: str | None = _help("data to validate on; by default part of the data, chosen by seed", None)
    document_column: str | None = _help("column with the texts; recognized if its name is a usual one", None)
    summary_column: str | None = _help(
        "column with the summaries; recognized if its name is a usual one", None
    )
    preset: str | None = _help("named settings to start from", None)
    method: str | None = _help("named way to teach to start from", None)
    task: str = _help(
        "summarize; extract: write the text's best matching sentences; on texts alone: lead, copy",
        "summarize",
    )
    extract_gain: float | None = _help(
        "extract: leave the text's first sentences only for this much more F1, 0 to 1", None
    )
    extract_lead: int = _help("extract with a gain: words of the text's first sentences at least", LEAD_WORDS)
    max_examples: int | None = _help("cap on the training examples", None)
    validation_examples: int = _help("cap on the validation examples", 200)
    epochs: float = _help("passes over the data", 3.0)
    max_steps: int | None = _help("optimizer steps; overrides the epochs", None)
    batch_size: int = _help("examples per forward pass, in each process", 2)
    processes: int = _help("processes that share each step's examples, one per GPU", 1)
    accumulation: int = _help("forward passes per optimizer step", 4)
    learning_rate: float = _help("peak learning rate of AdamW", 3e-5)
    warmup_steps: int = _help("steps of linear warm-up before the linear decay", 0)
    weight_decay: float = _help("AdamW's weight decay", 0.0)
    clip: float = _help("gradients are clipped to this norm", 1.0)
    alpha: float = _help("weight of the soft term, 0 to 1", 0.7)
    alpha_schedule: str = _help("constant, or linear or cosine towards alpha_end", "constant")
    alpha_end: float | None = _help("alpha at the last step", None)
    temperature: float = _help("temperature of the soft term", 2.0)
    temperature_schedule: str = _help(
        "constant; linear or cosine towards temperature_end; learnable; adaptive (by the teacher's entropy)",
        "constant",
    )
    temperature_end: float | None = _help("temperature at the last step", None)
    divergence: str = _help("divergence of the soft term: forward_kl, reverse_kl, js or mse", "forward_kl")
    js_beta: float = _help("weight of the teacher in the js divergence", 0.5)
    hidden_weight: float = _help("weight of the hidden states' term", 0.0)
    hidden_metric: str = _help("mse or cosine, of hidden states and embeddings", "mse")
    embedding_weight: float = _help("weight of the embeddings' term", 0.0)
    attention_weight: float = _help("weight of the attentions' term (needs slower, eager attention)", 0.0)
    attention_metric: str = _help("mse, kl or cosine", "mse")
    attention_heads: str = _help(
        "where the numbers of heads differ: average them, or a learned map", "average"
    )
    relation_weight: float = _help("weight of the term of query, key and value relations", 0.0)
    relation_heads: int = _help("relation heads; must divide both widths of attention", 4)
    contrastive_weight: float = _help("weight of the contrastive term, which tells texts apart", 0.0)
    encoder_map: str = _help(
        "teacher layers to follow: even, last, tinybert or pairs such as 0-1,1-3", "even"
    )
    decoder_map: str = _help("the same for the decoder", "even")
    depth_growth: float = _help("each mapped layer weighs this many times as much as the one below", 1.0)
    balance: bool = _help("scale every further term to the size of the soft term", False)
    more_teachers: str | None = _help(
        "further teachers with the same vocabulary, separated by commas, averaged with the first", None
    )
    teacher_weights: str = _help("equal, confidence, or numbers such as 0.7,0.3", "equal")
    on_policy: float = _help("share of batches that the student writes itself and the teacher scores", 0.0)
    teacher_cache: bool = _help("keep the teacher's largest logits on disk instead of asking it again", False)
    teacher_top_k: int = _help("logits per token that the cache keeps", 16)
    cache_gigabytes: float = _help("the cache's largest size", 4.0)
    input_tokens: int | None = _help(
        "tokens the student is trained to read, the prefix included; by default as many as it reads", None
    )
    target_tokens: int = _help("summaries are cut to this many tokens", 128)
    beams: int = _help("beams in evaluation", 4)
    gradient_checkpointing: bool = _help("spend time to save memory", False)
    precision: str = _help("auto, float32, bfloat16 or float16 (mixed precision)", "auto")
    save_steps: int = _help("steps between checkpoints", 50)
    evaluation_steps: int | None = _help("steps between validations; by default five in a run", None)
    seed: int = _help("seed of the data's order and split, and of everything random", 42)

    def __post_init__(self) -> None:
        if not self.student:
            raise BadConfig("No student was named: give a model, or layers:E+D for layers of the teacher.")
        for name, allowed in CHOICES.items():
            _one_of(name, getattr(self, name), allowed)
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise BadConfig(f"{name} is {value}; use a value from {low:g} to {high:g}.", name)
        for name in ("alpha", "temperature"):
            if (
                getattr(self, f"{name}_schedule") in ("linear", "cosine")
                and getattr(self, f"{name}_end") is None
            ):
                raise BadConfig(f"{name}_schedule moves towards {name}_end: set that too.")
        if self.temperature_schedule == "adaptive" and self.batch_size < 2:
            raise BadConfig(
                "temperature_schedule=adaptive compares the examples of a batch: set batch_size to 2 or more."
            )
        if self.more_teachers and not self.teacher:
            raise BadConfig("more_teachers need a first teacher: name it too.")
        if self.teacher_cache:
            self._check_cache()

    def _check_cache(self) -> None:
        """The cache holds the teacher's logits for given targets at one temperature."""
        features = [f"{name}_weight" for name in FEATURE_TERMS if getattr(self, f"{name}_weight")]
        if features:
            raise BadConfig(
                f"teacher_cache keeps logits only, and {features[0]} needs more: use only one of them."
            )
        if self.divergence == "mse":
            raise BadConfig(
                "teacher_cache keeps the largest logits only, divergence=mse needs all: change one of them."
            )
        if self.temperature_schedule != "constant" or self.on_policy or self.more_teachers:
            raise BadConfig(
                "teacher_cache needs one teacher, a constant temperature and on_policy=0: change these or"
                " leave the cache off."
            )

    @property
    def has_references(self) -> bool:
        """Whether the task needs summaries, so that the student can be scored against them."""
        return self.task in ("summarize", "extract")

    @property
    def teachers(self) -> list[str]:
        """All teachers, the leading one first."""
        more = [name.strip() for name in (self.more_teachers or "").split(",")]
        return [name for name in (self.teacher, *more) if name]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunConfig":
        """Build a config from plain values (text is converted), filling in the preset and the defaults.

        Raises:
            BadConfig: For an unknown key, preset or value; the message lists what is allowed.
        """
        known = {entry.name: entry for entry in fields(cls)}
        for key in values:
            if key not in known:
                near = get_close_matches(key, known, n=1)
                hint = f" Did you mean {near[0]}?" if near else f" Known: {', '.join(known)}."
                raise BadConfig(f"There is no setting {key!r}.{hint}")
        preset = values.get("preset") or None
        if preset is not None:
            _one_of("preset", preset, tuple(PRESETS))
        method = values.get("method") or None
        if method is not None:
            _one_of("method", method, tuple(METHODS))
        merged = {
            **(PRESETS[preset] if preset else {}),
            **(METHODS[method] if method else {}),
            **{k: v for k, v in values.items() if v is not None},
        }
        return cls(**{key: converted(known[key], value) for key, value in merged.items()})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the run."""
        return asdict(self)

    @classmethod
    def from_saved(cls, saved: Mapping[str, Any]) -> "RunConfig":
        """What `as_dict` gave; a setting that an earlier version did not have takes its default.

        Raises:
            BadConfig: A setting is unknown to this version, or has a value that cannot work.
        """
        known = {entry.name: entry for entry in fields(cls)}
        if unknown := [name for name in saved if name not in known]:
            raise BadConfig(
                f"This version does not know the saved setting {unknown[0]!r}. Go on with the version that "
                "saved it, or start anew."
            )
        return cls(**{name: converted(known[name], value) for name, value in saved.items()})


_RANGES = (
    ("max_examples", 1, 1e9),
    ("validation_examples", 1, 1e6),
    ("extract_gain", 0, 1),
    ("extract_lead", 1, 512),
    ("epochs", 0.001, 1000),
    ("max_steps", 1, 1e8),
    ("batch_size", 1, 4096),
    ("processes", 1, 64),
    ("accumulation", 1, 4096),
    ("learning_rate", 1e-9, 1),
    ("warmup_steps", 0, 1e7),
    ("weight_decay", 0, 1),
    ("clip", 1e-6, 1e6),
    ("alpha", 0, 1),
    ("alpha_end", 0, 1),
    ("temperature", 0.05, 100),
    ("temperature_end", 0.05, 100),
    ("js_beta", 0.001, 0.999),
    *((f"{name}_weight", 0, 1e6) for name in FEATURE_TERMS),
    ("relation_heads", 1, 1024),
    ("depth_growth", 0.01, 100),
    ("on_policy", 0, 1),
    ("teacher_top_k", 1, 1024),
    ("cache_gigabytes", 0.001, 1e6),
    ("input_tokens", 8, 512),
    ("target_tokens", 4, 512),
    ("beams", 1, 8),
    ("save_steps", 1, 1e7),
    ("evaluation_steps", 1, 1e7),
    ("seed", 0, 2**32 - 1),
)


def describe() -> list[dict[str, Any]]:
    """Every setting: its `name`, `default`, `help`, and what is `allowed` where not everything is."""
    allowed = {name: f"{low:g} to {high:g}" for name, low, high in _RANGES}
    allowed |= {name: ", ".join(words) for name, words in CHOICES.items()}
    allowed |= {"preset": ", ".join(PRESETS), "method": ", ".join(METHODS)}
    return [
        {
            "name": entry.name,
            "default": entry.default,
            "help": entry.metadata["help"],
            "allowed": allowed.get(entry.name, ""),
        }
        for entry in fields(RunConfig)
    ]


def parse_layers(student: str) -> tuple[int, int] | None:
    """`layers:E+D` → `(E, D)`, anything else → None."""
    match = _LAYERS.fullmatch(student)
    return (int(match[1]), int(match[2])) if match else None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadConfig(f"{name} is {value!r}; use one of {', '.join(allowed)}.", name)
