"""One loaded model and the one way to summarise with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from time import perf_counter, sleep
from typing import Any, Literal

from models.decoding import Decoding, Draft, Sampling, Summary, check_hypotheses
from models.engines import Engine, Overflow
from models.errors import BadRequest
from models.folders.inspection import ModelInfo
from models.folders.tokenizer import TextTokenizer, visible
from models.serving import measure
from models.serving.batching import BATCH_TOKENS, buckets
from models.serving.job import Job, Prepared
from models.serving.streaming import follow
from models.text.encoding import TextEncoder
from models.text.writing import Writer

LongInput = Literal["cut", "parts"]
_DEFAULT = Decoding()
_TURN = 0.001
_SIGNS = 12  # unknown ones told at most
_UNKNOWN_SHARE = 0.5  # of a text's letters and signs; a model that knows fewer than half can only invent


class Summarizer:
    """A model ready to summarise. Safe to share between threads: one inference runs at a time.

    Args:
        name: The model as the user named it.
        info: Its shape and size.
        tokenizer: Its tokenizer.
        engine: What runs it.
    """

    def __init__(self, name: str, info: ModelInfo, tokenizer: TextTokenizer, engine: Engine) -> None:
        self.name, self.info = name, info
        self._tokenizer, self._engine = tokenizer, engine
        self._encoder = TextEncoder(tokenizer, info)

    @property
    def engine(self) -> Engine:
        """The engine, for its name, device, dtype and note."""
        return self._engine

    def named(self, name: str) -> "Summarizer":
        """The same model, sharing everything, under another name."""
        return self if name == self.name else Summarizer(name, self.info, self._tokenizer, self._engine)

    def summarize(
        self,
        text: str,
        decoding: Decoding = _DEFAULT,
        long_input: LongInput = "cut",
        input_tokens: int | None = None,
    ) -> Summary:
        """Summarise a text.

        Args:
            text: Any text of up to a million characters.
            decoding: Generation settings.
            long_input: `cut` leaves out what is beyond the last sentence within the limit (`tokens_cut`);
                `parts` summarises an over-long text in parts of whole sentences and joins the summaries.
            input_tokens: Cut to exactly this many tokens, prefix and end token included, for measuring.

        Raises:
            BadRequest: No text, too much of it (or more than 32 parts), or an unknown `long_input`.
        """
        return self._job(text, decoding, long_input, input_tokens).run()

    def check(self, text: str) -> None:
        """Raise BadRequest for a text that `summarize` would refuse; batches ask nothing of their texts."""
        encoded = self._encoder.encode(text)
        read = len(self._encoder.cut(encoded))
        self._unknown_note(self._tokenizer.unknown(encoded, read), self._encoder.source(encoded, read))

    def token_ids(self, text: str, input_tokens: int | None = None) -> list[int]:
        """What the model is given for a text, as `TextEncoder.input_ids`."""
        return self._encoder.input_ids(text, input_tokens)

    def piece(self, token: int) -> str:
        """A token as the vocabulary writes it, the end token included."""
        return self._tokenizer.piece(token)

    def summarize_many(
        self,
        texts: Sequence[str],
        decoding: Decoding = _DEFAULT,
        *,
        hypotheses: int = 1,
        sampling: Sampling | None = None,
        on_done: Callable[[int], None] = lambda count: None,
        batch_tokens: int = BATCH_TOKENS,
    ) -> list[list[Draft]]:
        """Summarise many texts in batches of similar length; what is beyond the input limit is cut.

        Args:
            texts: Texts as for `summarize`, which gives the same summaries one by one.
            decoding: Generation settings.
            hypotheses: Summaries per text: up to one per beam, or any number with `sampling`.
            sampling: Draw the tokens at random; the same texts in the same order draw the same ones.
            on_done: Called after each batch with the number of texts done; an exception it raises ends the
                work.
            batch_tokens: Input tokens of a batch at most, padding included.

        Returns:
            For each text, in the order given, its summaries; with beams the best one first.

        Raises:
            BadRequest: A text is empty or too long, or the hypotheses do not fit the search.
        """
        check_hypotheses(decoding, hypotheses, sampling)
        usual = self._usual(decoding)
        inputs, sources = [], []
        for text in texts:
            encoded = self._encoder.encode(text)
            part = self._encoder.cut(encoded)
            inputs.append(self._tokenizer.wrap(part))
            sources.append(self._encoder.source(encoded, len(part)))
        drafts: list[list[Draft]] = [[] for _ in texts]
        done = 0
        for number, (places, settled) in enumerate(buckets([*map(len, inputs)], usual, batch_tokens)):
            drawing = sampling.of_batch(number) if sampling else None
            found = self._batch([inputs[place] for place in places], settled, hypotheses, drawing)
            for place, sequences in zip(places, found, strict=True):
                writer = Writer(self._tokenizer, sources[place], settled.max_new_tokens)
                size = len(inputs[place])
                drafts[place] = [Draft(writer.finished(ids).text, size, len(ids)) for ids in sequences]
            done += len(places)
            on_done(done)
        return drafts

    def _batch(self, batch: list[list[int]], *settings: Any) -> list[list[list[int]]]:
        with measure.INFERENCE_LOCK:  # a batch at a time, so that others get their turn
            try:
                found = self._engine.generate_batch(batch, *settings)
            except Overflow:
                self._engine.fall_back()
                found = self._engine.generate_batch(batch, *settings)
        sleep(_TURN)  # a lock is not fair: without a pause, who waits for it would not get it
        return found

    def stream(
        self, text: str, decoding: Decoding = _DEFAULT, long_input: LongInput = "cut"
    ) -> Iterator[Summary]:
        """Summarise a text, yielding partial summaries; the last one has `finished=True`.

        Greedy decoding yields at each token. With beams there is no text before the end; the figures tick.
        Closing the iterator stops the run. Arguments and errors as for `summarize`.
        """
        return follow(self._job(text, decoding, long_input))

    def _job(self, text: str, decoding: Decoding, long_input: str, input_tokens: int | None = None) -> Job:
        if long_input not in ("cut", "parts"):
            raise BadRequest(f"long_input is {long_input!r}; use 'cut' or 'parts'.")
        start = perf_counter()
        encoded = self._encoder.encode(text)
        in_parts = long_input == "parts"
        parts = self._encoder.parts(encoded) if in_parts else [self._encoder.cut(encoded, input_tokens)]
        cut = 0 if in_parts else len(encoded.ids) - len(parts[0])
        wrapped = [self._tokenizer.wrap(part) for part in parts]
        read = len(encoded.ids) - cut
        source = self._encoder.source(encoded, read)
        writer = Writer(self._tokenizer, source, decoding.max_new_tokens)
        note = self._unknown_note(self._tokenizer.unknown(encoded, read), source)
        prepared = Prepared(wrapped, cut, note, perf_counter() - start)
        decoding = self.settled(decoding, min(map(len, wrapped)))
        return Job(self.name, self._engine, prepared, decoding, writer)

    def _unknown_note(self, lacking: str, source: str) -> str:
        """What to tell of letters and signs that the vocabulary lacks; raises BadRequest if they are most."""
        if not lacking:
            return ""
        signs = "".join(dict.fromkeys(lacking))
        more = f" and {len(signs) - _SIGNS} more" if len(signs) > _SIGNS else ""
        listed = f"{' '.join(signs[:_SIGNS])}{more}"
        share = len(lacking) / len(visible(source))
        if share > _UNKNOWN_SHARE:
            raise BadRequest(
                f"{share:.0%} of this text is not in the vocabulary of {self.name}, which would invent a "
                f"summary: {listed}. Choose a model of the text’s language."
            )
        return f"Not in the model’s vocabulary, so lost in its summary: {listed}."

    def settled(self, decoding: Decoding, tokens_in: int) -> Decoding:
        """The settings for an input of this many tokens, with this model's defaults filled in."""
        return self._usual(decoding).settled(tokens_in)

    def _usual(self, decoding: Decoding) -> Decoding:
        return replace(decoding, usual=self.info.usual)
