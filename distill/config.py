"""The settings of a run: one frozen, checked, saved object. Imports nothing heavy."""

import re
from collections.abc import Mapping
from dataclasses import Field, asdict, dataclass, field, fields
from difflib import get_close_matches
from typing import Any, get_args

from distill.errors import BadConfig

_LAYERS = re.compile(r"layers:(\d+)\+(\d+)")
TASKS = ("summarize", "extract", "lead", "copy")
PRECISIONS = ("auto", "float32", "bfloat16", "float16")


def _help(text: str, default: Any) -> Any:
    return field(default=default, metadata={"help": text})


@dataclass(frozen=True)
class RunConfig:
    """Everything that decides how a run goes. The defaults are those of the `report` preset."""

    student: str = _help("model the student starts from, or layers:E+D for evenly spaced teacher layers", "")
    teacher: str | None = _help("model that teaches; without one the labels alone do", None)
    data: str = _help("built-in, a known hub data set, or a csv, jsonl or parquet file", "built-in")
    validation: str | None = _help("data to validate on; by default a split of the data by seed", None)
    document_column: str | None = _help("column of the texts; found by itself where the name is usual", None)
    summary_column: str | None = _help(
        "column of the summaries; found by itself where the name is usual", None
    )
    preset: str | None = _help("named settings to start from", None)
    task: str = _help(
        "summarize; extract: write the text's best matching sentences; on texts alone: lead, copy",
        "summarize",
    )
    max_examples: int | None = _help("cap on the training examples", None)
    validation_examples: int = _help("cap on the validation examples", 200)
    epochs: float = _help("passes over the data", 3.0)
    max_steps: int | None = _help("optimizer steps; overrules the epochs", None)
    batch_size: int = _help("examples a forward pass", 2)
    accumulation: int = _help("forward passes an optimizer step", 4)
    learning_rate: float = _help("peak learning rate of AdamW", 3e-5)
    warmup_steps: int = _help("steps of linear warm-up before the linear decay", 0)
    weight_decay: float = _help("AdamW's weight decay", 0.0)
    clip: float = _help("gradients are clipped to this norm", 1.0)
    alpha: float = _help("weight of the soft term, 0 to 1", 0.7)
    temperature: float = _help("temperature of the soft term", 2.0)
    input_tokens: int = _help("inputs are cut to this many tokens, the prefix included", 512)
    target_tokens: int = _help("summaries are cut to this many tokens", 128)
    beams: int = _help("beams in evaluation", 4)
    gradient_checkpointing: bool = _help("spend time to save memory", False)
    precision: str = _help("auto, float32, bfloat16 or float16 (mixed precision)", "auto")
    save_steps: int = _help("steps between checkpoints", 50)
    evaluation_steps: int | None = _help("steps between validations; by default five in a run", None)
    seed: int = _help("of the data's order and split, and of everything random", 42)

    def __post_init__(self) -> None:
        if not self.student:
            raise BadConfig("No student was named: give a model, or layers:E+D for layers of the teacher.")
        _one_of("task", self.task, TASKS)
        _one_of("precision", self.precision, PRECISIONS)
        for name, low, high in _RANGES:
            value = getattr(self, name)
            if value is not None and not low <= value <= high:
                raise BadConfig(f"{name} is {value}; use a value from {low:g} to {high:g}.")

    @property
    def has_references(self) -> bool:
        """Whether the task needs summaries, so that the student can be scored against them."""
        return self.task in ("summarize", "extract")

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
        merged = {**(PRESETS[preset] if preset else {}), **{k: v for k, v in values.items() if v is not None}}
        return cls(**{key: _convert(known[key], value) for key, value in merged.items()})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the run."""
        return asdict(self)


_RANGES = (
    ("max_examples", 1, 1e9),
    ("validation_examples", 1, 1e6),
    ("epochs", 0.001, 1000),
    ("max_steps", 1, 1e8),
    ("batch_size", 1, 4096),
    ("accumulation", 1, 4096),
    ("learning_rate", 1e-9, 1),
    ("warmup_steps", 0, 1e7),
    ("weight_decay", 0, 1),
    ("clip", 1e-6, 1e6),
    ("alpha", 0, 1),
    ("temperature", 0.05, 100),
    ("input_tokens", 8, 512),
    ("target_tokens", 4, 512),
    ("beams", 1, 8),
    ("save_steps", 1, 1e7),
    ("evaluation_steps", 1, 1e7),
    ("seed", 0, 2**32 - 1),
)

PRESETS: dict[str, dict[str, Any]] = {
    # The course report's own settings: 1000 articles, batch 2, three passes.
    "report": {"max_examples": 1000, "validation_examples": 200},
    # Minutes on two cores, to see a run through.
    "quick": {
        "max_examples": 200,
        "validation_examples": 12,
        "max_steps": 40,
        "batch_size": 4,
        "accumulation": 1,
        "input_tokens": 256,
        "target_tokens": 64,
        "save_steps": 10,
    },
}


def parse_layers(student: str) -> tuple[int, int] | None:
    """`layers:E+D` → `(E, D)`, anything else → None."""
    match = _LAYERS.fullmatch(student)
    return (int(match[1]), int(match[2])) if match else None


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise BadConfig(f"{name} is {value!r}; use one of {', '.join(allowed)}.")


def _kind(kind: Any) -> str:
    """`int | None` → "int | NoneType", whatever a Python version names the union."""
    return " | ".join(part.__name__ for part in get_args(kind) or (kind,))


def _convert(entry: Field, value: Any) -> Any:
    """Convert what came as text (from a command line or JSON) to the field's type."""
    key, kind = entry.name, _kind(entry.type)
    if value is None or (value == "" and "None" in kind):
        return None
    try:
        if kind.startswith("bool"):
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        if isinstance(value, bool):
            raise ValueError
        if kind.startswith("int"):
            if float(value) != int(float(value)):
                raise ValueError
            return int(float(value))
        if kind.startswith("float"):
            return float(value)
        if not isinstance(value, str):
            raise ValueError
    except (KeyError, TypeError, ValueError, OverflowError):
        wanted = {"b": "true or false", "i": "a whole number", "f": "a number", "s": "text"}[kind[0]]
        raise BadConfig(f"{key} is {value!r}; it must be {wanted}.") from None
    return value
