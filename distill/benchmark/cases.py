"""What is measured: the conditions, and one timed call under them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from models.decoding import Decoding


@dataclass(frozen=True)
class Case:
    """One condition all models are measured under: beams, tokens read at most, texts at once."""

    beams: int
    input_tokens: int
    batch: int = 1


@dataclass(frozen=True)
class Sample:
    """One timed call, of one text or one batch.

    No engine tells when its encoder is done, so that is measured from outside: the same call is made once
    more for a single token. The encoder's part is that call less one of the steps that follow; the decoder's
    part is the rest. What an engine does once a summary (preparing its caches, say) counts as encoding.

    Args:
        seconds: Tokenising, the engine, and for one text the writing too.
        engine_seconds: The engine's part.
        first_seconds: The engine's part of the call for a single token; None if there was none.
        steps: Decoding steps, the one that gives the end token included.
        tokens_in: Tokens read, for each text.
        tokens_out: Tokens written, for each text.
        ttft: Seconds to the first token as a reader sees it; None with beams and in batches.
        peak_bytes: Device memory the call took on top; None without a GPU.
        energy_joules: Of the whole GPU, during the call, for each text; None without one.
    """

    seconds: float
    engine_seconds: float
    first_seconds: float | None
    steps: int
    tokens_in: tuple[int, ...]
    tokens_out: tuple[int, ...]
    ttft: float | None = None
    peak_bytes: int | None = None
    energy_joules: float | None = None

    @property
    def tokens_per_second(self) -> float:
        """Tokens written in a second, over the whole batch."""
        return sum(self.tokens_out) / self.seconds

    @property
    def step_seconds(self) -> float | None:
        """Mean time of a decoding step after the first."""
        if self.first_seconds is None or self.steps < 2:
            return None
        return max(0.0, self.engine_seconds - self.first_seconds) / (self.steps - 1)

    @property
    def encode_seconds(self) -> float | None:
        """The encoder's part of `engine_seconds`: the call for a single token, less one step."""
        if self.first_seconds is None or self.step_seconds is None:
            return None
        return max(0.0, self.first_seconds - self.step_seconds)

    @property
    def decode_seconds(self) -> float | None:
        """The decoder's part: the rest of `engine_seconds`."""
        return None if self.encode_seconds is None else self.engine_seconds - self.encode_seconds


def cases(beams: Sequence[int], input_tokens: Sequence[int], batch: Sequence[int]) -> list[Case]:
    """All beams with all lengths; further batch sizes with the longest inputs only."""
    longest = max(input_tokens)
    found = [Case(b, tokens, batch[0]) for b in beams for tokens in input_tokens]
    return found + [Case(b, longest, size) for b in beams for size in batch[1:]]


def decoding_for(case: Case, new_tokens: int | None) -> Decoding:
    """The usual settings with the case's beams, or summaries of exactly this many tokens."""
    if new_tokens is None:
        return Decoding(beams=case.beams)
    return Decoding(beams=case.beams, min_new_tokens=new_tokens, max_new_tokens=new_tokens, no_repeat_ngram=0)


def one_token(decoding: Decoding) -> Decoding:
    """The same search, for a single token."""
    return replace(decoding, min_new_tokens=1, max_new_tokens=1)


def steps(tokens_out: Sequence[int], decoding: Decoding) -> int:
    """Steps it took: the longest text's tokens, and its end token unless it was cut short.

    A forced length is taken as such: padding that a model writes counts as no token, but takes a step.
    """
    if decoding.min_new_tokens == decoding.max_new_tokens:
        return decoding.max_new_tokens
    longest = max(tokens_out)
    return longest + (longest < decoding.max_new_tokens)
