"""How a summary is generated, and what is known about it afterwards."""

from dataclasses import asdict, dataclass, replace
from typing import Any

from models.errors import BadRequest

PREFIX = "summarize: "
"""The task prefix T5 was trained with."""
INPUT_LIMIT = 512
"""The most input tokens a model is given, prefix and end token included."""
INPUT_LEAST = 8
"""The fewest that its own limit may be: prefix and end token leave room for a text."""
MAX_BEAMS = 8
MAX_NEW_TOKENS = 512
MAX_HYPOTHESES = 64
"""The most summaries drawn at random for one input."""
MAX_NO_REPEAT_NGRAM = 10
MAX_LENGTH_PENALTY = 5.0


@dataclass(frozen=True)
class Usual:
    """A model's defaults: the generation settings whose best value differs from model to model.

    Args:
        shortest: Fewest tokens of a summary. T5's own setting for summaries is 30.
        no_repeat_ngram: No n-gram of this many tokens occurs twice. T5's own setting is 3; but a name of
            several pieces may well occur twice, so it is 5, and more for a model that copies sentences.
        length_penalty: Beam search divides a score by length to this power. T5's own setting for summaries is
            2; one that copies is sure of each next word, so that anything above 1 makes it go on.
    """

    shortest: int = 30
    no_repeat_ngram: int = 5
    length_penalty: float = 2.0

    @classmethod
    def of(cls, own: dict[str, Any]) -> "Usual":
        """From a model's generation settings; what is missing or out of range keeps its default."""
        shortest = _within(own.get("min_new_tokens"), MAX_NEW_TOKENS)
        if shortest is None and (length := _within(own.get("min_length"), MAX_NEW_TOKENS + 1)):
            shortest = length - 1  # there the start token counts
        found = {
            "shortest": shortest,
            "no_repeat_ngram": _within(own.get("no_repeat_ngram_size"), MAX_NO_REPEAT_NGRAM),
            "length_penalty": _penalty(own.get("length_penalty")),
        }
        return cls(**{name: value for name, value in found.items() if value is not None})


@dataclass(frozen=True)
class Decoding:
    """The settings of one generation; of a model's own generation settings only `usual` counts.

    Args:
        beams: Beams of the search, 1 (greedy) to 8.
        max_new_tokens: Longest summary in tokens, 1 to 512. One that reaches it is cut after its last whole
            sentence, if it has one.
        min_new_tokens: Shortest summary in tokens, 0 to `max_new_tokens`. None: what is usual for the model,
            but at most a third of the text and half of `max_new_tokens`: a summary that must reach its
            greatest length never ends a sentence by itself.
        length_penalty: Beam search divides a score by length to this power; above 0 favours longer, −5 to 5.
            None: what is usual for the model.
        no_repeat_ngram: No n-gram of this many tokens occurs twice, 0 (off) to 10. None: what is usual for
            the model.
        early_stopping: Whether beam search ends as soon as `beams` candidates are complete, as T5's own
            setting has it. A model that is sure of each next word, as one that copies, has only poor texts in
            its other beams; once enough of them ended early, the search would end before the best text has.
        usual: What None stands for; a `Summarizer` takes its model's own.

    Raises:
        BadRequest: A value is out of its range; the message names it and the range.
    """

    beams: int = 4
    max_new_tokens: int = 128
    min_new_tokens: int | None = None
    length_penalty: float | None = None
    no_repeat_ngram: int | None = None
    early_stopping: bool = False
    usual: Usual = Usual()

    def __post_init__(self) -> None:
        _whole("beams", self.beams, 1, MAX_BEAMS)
        _whole("max_new_tokens", self.max_new_tokens, 1, MAX_NEW_TOKENS)
        if self.min_new_tokens is not None:
            _whole("min_new_tokens", self.min_new_tokens, 0, self.max_new_tokens)
        if self.no_repeat_ngram is not None:
            _whole("no_repeat_ngram", self.no_repeat_ngram, 0, MAX_NO_REPEAT_NGRAM)
        if self.length_penalty is not None and _penalty(self.length_penalty) is None:
            raise BadRequest(
                f"length_penalty is {self.length_penalty!r}; use a number from −5 to 5.", "length_penalty"
            )
        if not isinstance(self.early_stopping, bool):
            raise BadRequest(
                f"early_stopping is {self.early_stopping!r}; use true or false.", "early_stopping"
            )

    @property
    def penalty(self) -> float:
        """The length penalty that counts: the one asked for, or else the model's own."""
        return self.usual.length_penalty if self.length_penalty is None else self.length_penalty

    def settled(self, tokens_in: int) -> "Decoding":
        """The settings for an input of this many tokens; none of them is None."""
        shortest, ngram = self.min_new_tokens, self.no_repeat_ngram
        if shortest is None:
            shortest = min(self.usual.shortest, tokens_in // 3, self.max_new_tokens // 2)
        if ngram is None:
            ngram = self.usual.no_repeat_ngram
        return replace(self, min_new_tokens=shortest, no_repeat_ngram=ngram, length_penalty=self.penalty)


@dataclass(frozen=True)
class Sampling:
    """Draw each token at random instead of searching for the likeliest sequence.

    Args:
        top_k: Draw from this many of the likeliest tokens; 0 for all of them.
        top_p: Draw from the likeliest tokens that make up this share, above 0 to 1 (Holtzman et al., 2020).
        temperature: Divides the logits; above 0 to 10, and above 1 makes unlikely tokens likelier.
        seed: Seed of the random numbers. The same call on the same machine draws the same tokens.

    Raises:
        BadRequest: A value is out of its range; the message names it and the range.
    """

    top_k: int = 0
    top_p: float = 1.0
    temperature: float = 1.0
    seed: int = 42

    def __post_init__(self) -> None:
        _whole("top_k", self.top_k, 0, 100_000)
        _whole("seed", self.seed, 0, 2**31 - 1)
        _share("top_p", self.top_p, 1.0)
        _share("temperature", self.temperature, 10.0)

    def of_batch(self, number: int) -> "Sampling":
        """The same, with random numbers of the batch's own."""
        return replace(self, seed=(self.seed + number) % 2**31)


def check_hypotheses(decoding: Decoding, hypotheses: int, sampling: Sampling | None) -> None:
    """Raise BadRequest for more hypotheses than there are beams; drawn at random, any number is possible."""
    if sampling is not None and decoding.beams > 1:
        raise BadRequest(f"beams is {decoding.beams}; use 1 with sampling.")
    _whole("hypotheses", hypotheses, 1, decoding.beams if sampling is None else MAX_HYPOTHESES)


@dataclass(frozen=True)
class Draft:
    """One of a batch of summaries, which has no latency of its own.

    Args:
        text: The summary as plain text.
        tokens_in: Tokens the model was given, prefix and end token included.
        tokens_out: Tokens of the summary, without start token, end token and padding.
    """

    text: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True)
class Summary:
    """One summary with its costs and the conditions they were measured under.

    A partial summary from a stream has `finished=False`; its figures are those so far.

    Args:
        model: Name of the model as the user gave it.
        text: The summary as plain text.
        tokens_in: Tokens the model was given, prefix and end token included, over all parts.
        tokens_out: Tokens of the summary, without start token, end token and padding.
        tokens_cut: Input tokens beyond the limit, which the model never saw.
        seconds: Tokenising, generating and decoding; neither loading nor waiting for the lock.
        queue_seconds: Wait for other models' inference.
        ttft: Seconds to the first token (start token not counted); None with beams.
        tokens_per_second: `tokens_out / seconds`.
        weights_bytes: Size of the weights in memory, tied ones once.
        peak_bytes: Device memory the run took on top of what was in use; None without a GPU or on an engine
            that does not say (CTranslate2).
        process_bytes: Resident memory of the whole process.
        device: Where it ran, such as `cpu` or `cuda:0`.
        dtype: Precision it ran in.
        engine: Engine it ran on.
        parts: Pieces a long input was summarised in.
        beams: Beams of the search.
        finished: Whether this is the whole summary.
        note: What the user should know, such as a fallback to float32 or letters the model does not know;
            else empty.
        engine_seconds: Of the parts done, the engine's share of `seconds`: without tokenising and writing.
        tokens_left_out: Tokens among `tokens_out` that are not in `text`: of a last sentence that was not
            finished.
    """

    model: str
    text: str
    tokens_in: int
    tokens_out: int
    tokens_cut: int
    seconds: float
    queue_seconds: float
    ttft: float | None
    tokens_per_second: float
    weights_bytes: int
    peak_bytes: int | None
    process_bytes: int
    device: str
    dtype: str
    engine: str
    parts: int = 1
    beams: int = 4
    finished: bool = True
    note: str = ""
    engine_seconds: float = 0.0
    tokens_left_out: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The summary as plain values for JSON, keyed by field name."""
        return asdict(self)


def _whole(name: str, value: Any, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRequest(f"{name} is {value!r}; use a whole number from {low} to {high}.", name)


def _within(value: Any, high: int) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and 0 <= value <= high else None


def _penalty(value: Any) -> float | None:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if number and abs(value) <= MAX_LENGTH_PENALTY else None


def _share(name: str, value: Any, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= high:
        raise BadRequest(f"{name} is {value!r}; use a number above 0, at most {high:g}.", name)
