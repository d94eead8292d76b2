"""What an evaluation does."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from distill import data
from distill.data import BUILT_IN, Example, Examples, check_allowed
from distill.errors import BadConfig, BadData
from distill.judging.lead import is_lead, spelled_out
from models.decoding import Decoding
from models.settings import Settings
from models.store.catalogue import resolve, split_engine


@dataclass(frozen=True)
class EvaluationPlan:
    """An evaluation: which models, on which texts, writing how.

    Args:
        models: Names, also with `@engine:dtype`, and leads (see `distill.judging.lead`). The others are
            compared with the first.
        data: As in `distill.data.load_unseen`.
        limit: Texts at most.
        shuffle: Whether they are drawn at random, by `seed`, and not the first.
        seed: Seed of the drawing.
        beams: Beams of the search.
        max_new_tokens: Tokens of a summary at most.
        teacher: The model whose quality the others have a share of.
        document_column, summary_column: Where their names are not usual ones.

    Raises:
        BadConfig: Something cannot work; the message says what would.
    """

    models: tuple[str, ...]
    data: str = BUILT_IN
    limit: int | None = None
    shuffle: bool = False
    seed: int = 42
    beams: int = 4
    max_new_tokens: int = 128
    teacher: str | None = None
    document_column: str | None = None
    summary_column: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "models", spelled_out([name.strip() for name in self.models]))
        named = [*dict.fromkeys(self.models)]
        if not named or not all(named):
            raise BadConfig("No model was named: name one or more.")
        if len(named) < len(self.models):
            twice = next(name for name in named if self.models.count(name) > 1)
            raise BadConfig(f"{twice} is named twice: once is enough.")
        if self.teacher and self.teacher not in named:
            raise BadConfig(f"The teacher {self.teacher} is not among the models: name it there too.")
        if self.limit is not None and self.limit < 1:
            raise BadConfig(f"limit is {self.limit}; use a whole number from 1 up.")
        _ = self.decoding

    @property
    def decoding(self) -> Decoding:
        """How every model writes."""
        return Decoding(beams=self.beams, max_new_tokens=self.max_new_tokens)

    @property
    def reference(self) -> str | None:
        """The model whose quality counts as 100%: the teacher, by default the one named so."""
        return self.teacher or next(
            (name for name in self.models if "teacher" in name and not is_lead(name)), None
        )

    @property
    def written(self) -> list[str]:
        """The models that write summaries."""
        return [name for name in self.models if not is_lead(name)]

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "EvaluationPlan":
        """From plain values, as `as_dict` gives them.

        Raises:
            BadConfig: One has another name, or cannot work.
        """
        known = {entry.name for entry in fields(cls)}
        if unknown := values.keys() - known:
            raise BadConfig(
                f"An evaluation has no setting {min(unknown)!r}; it has {', '.join(sorted(known))}."
            )
        return cls(**{**values, "models": tuple(values.get("models") or ())})

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as saved with the evaluation."""
        return asdict(self)

    def check_names(self, settings: Settings) -> None:
        """Ask the guards about each name before anything is made of it: so a misspelt name costs no time.

        Raises:
            DistillError: One is refused, or is no name of a model.
        """
        for name in self.written:
            resolve(split_engine(name, settings)[0], settings)
        check_allowed(self.data, settings)

    def texts(self, settings: Settings) -> Examples:
        """The texts, with references where the data have them.

        Raises:
            BadData: The data cannot be used.
        """
        options: dict[str, Any] = {
            "settings": settings,
            "limit": self.limit,
            "sample_seed": self.seed if self.shuffle else None,
            "document_column": self.document_column,
            "summary_column": self.summary_column,
        }
        try:
            return data.load_unseen(self.data, **options)
        except BadData:
            if self.summary_column:
                raise
            found = _without_references(self.data, options)
            if found is None:
                raise
            return found


def _without_references(source: str, options: Mapping[str, Any]) -> Examples | None:
    """The texts of data without any summaries; None if something else is wrong with the data."""
    try:
        found = data.load_unseen(source, **options, summary_optional=True)
    except BadData:
        return None
    return None if any(map(_has_reference, found.rows)) else found


def _has_reference(example: Example) -> bool:
    return bool(example.summary)
