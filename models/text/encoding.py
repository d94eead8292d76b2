"""From a text to a model's input: the one way, in training and in use."""

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from models.decoding import INPUT_LIMIT, PREFIX
from models.errors import BadRequest
from models.folders.inspection import T5_FAMILY, ModelInfo, inspect
from models.folders.tokenizer import Encoded, TextTokenizer, open_tokenizer
from models.text.sentences import sentence_ends, stops
from models.text.tidying import clean, divide, printable, without_dateline

MAX_PARTS = 32
"""Parts of a long input at most; more would keep everybody else waiting for minutes."""
_LEAST_SHARE = 0.75  # of the room that whole sentences have to fill; else the last one is cut


def prefix_of(model_type: str) -> str:
    """What every input of such a model begins with."""
    return PREFIX if model_type in T5_FAMILY else ""


class TextEncoder:
    """Makes a model's inputs and, for training, its labels. Safe to share between threads.

    Args:
        tokenizer: The model's.
        info: Its kind, and how much it reads.
        input_tokens: Read this many tokens instead, prefix and end token included.
    """

    def __init__(self, tokenizer: TextTokenizer, info: ModelInfo, input_tokens: int | None = None) -> None:
        self.tokenizer = tokenizer
        self.folder = info.folder
        self.limit = min(INPUT_LIMIT, input_tokens or info.input_tokens)
        self._prefix = prefix_of(info.model_type)

    def encode(self, text: str) -> Encoded:
        """All the tokens of a text that the model might be given, the prefix first, without special ones.

        Raises:
            BadRequest: There is no text, or far too much.
        """
        return self.tokenizer.encode(self._given(text))

    def cut(self, encoded: Encoded, exactly: int | None = None) -> list[int]:
        """The tokens that the model is given, without special ones.

        Args:
            encoded: Of `encode`.
            exactly: Cut to this many tokens, special ones included, for measuring. None: after the last whole
                sentence that the model's limit lets in.
        """
        room = self.tokenizer.room(min(exactly, self.limit) if exactly else self.limit)
        end = min(len(encoded.ids), room)
        if exactly is None and end < len(encoded.ids):
            # A model that copies would leave a sentence unfinished where its input does.
            fitting = (encoded.tokens_before(place) for place in stops(encoded.text))
            *_, last = 0, *takewhile(lambda stop: stop <= room, fitting)
            end = last if last >= _LEAST_SHARE * room else room
        return encoded.ids[:end]

    def parts(self, encoded: Encoded) -> list[list[int]]:
        """All the tokens in parts of whole sentences that fit, each with the prefix, without special ones.

        Raises:
            BadRequest: These are too many parts, or the prefix alone takes all that the model reads.
        """
        opening = encoded.tokens_before(len(self._prefix.rstrip()))
        prefix, ids = encoded.ids[:opening], encoded.ids[opening:]
        ends = [encoded.tokens_before(place) - opening for place in stops(encoded.text)]
        room = self.tokenizer.room(self.limit) - opening
        if room < 1:
            raise BadRequest(
                f"The model reads {self.limit} tokens at most, which its prefix fills: there are no parts."
            )
        pieces = divide(len(ids), ends, room)
        if len(pieces) > MAX_PARTS:
            raise BadRequest(
                f"The text would be summarised in {len(pieces)} parts; {MAX_PARTS} is the limit. "
                "Paste a part of it, or let it be cut."
            )
        return [prefix + ids[start:end] for start, end in pieces]

    def input_ids(self, text: str, exactly: int | None = None) -> list[int]:
        """What the model is given for a text: its tokens with prefix and special ones, cut to the limit.

        Args:
            text: The text.
            exactly: As in `cut`.

        Raises:
            BadRequest: There is no text, or far too much.
        """
        return self.tokenizer.wrap(self.cut(self.encode(text), exactly))

    def input_ids_of(self, texts: Sequence[str]) -> list[list[int]]:
        """`input_ids` of many texts, on all processors."""
        encoded = self.tokenizer.encode_many([self._given(text) for text in texts])
        return [self.tokenizer.wrap(self.cut(each)) for each in encoded]

    def seen(self, text: str) -> str:
        """The part of a text that the model is given."""
        encoded = self.encode(text)
        return self.source(encoded, len(self.cut(encoded)))

    def source(self, encoded: Encoded, tokens: int) -> str:
        """The text of this many first tokens, without the prefix."""
        return encoded.text[len(self._prefix) : encoded.spans[tokens - 1][1]]

    def read(self, ids: list[int]) -> str:
        """The text that these tokens of `input_ids` say, without the prefix."""
        return self.tokenizer.decode(ids).removeprefix(self._prefix)

    def label_ids(self, summary: str, limit: int) -> list[int]:
        """A summary as the model is to write it; of one that is too long the whole sentences that fit.

        Cut anywhere else, it would teach to stop in the middle of a sentence. Where not even the first
        sentence fits it is cut without an end token, so that it does not teach to stop at all.

        Args:
            summary: The summary; end tokens that a data set has appended do not count.
            limit: Tokens at most, special ones included.
        """
        text = self.tokenizer.disarm(self._unended(printable(summary)))
        encoded = self.tokenizer.encode(text)
        room = self.tokenizer.room(limit)
        if len(encoded.ids) <= room:
            return self.tokenizer.wrap(encoded.ids)
        fitting = [tokens for end in sentence_ends(text) if (tokens := encoded.tokens_before(end)) <= room]
        if fitting:
            return self.tokenizer.wrap(encoded.ids[: fitting[-1]])
        return [*self.tokenizer.opening, *encoded.ids][:limit]

    def _given(self, text: str) -> str:
        text = clean(text)
        # Such a model copies, and would begin with words of the dateline, which it leaves out afterwards.
        if self.tokenizer.lowercases:
            text = without_dateline(text, sure=True)
        return self._prefix + self.tokenizer.disarm(text)

    def _unended(self, summary: str) -> str:
        end = "".join(map(self.tokenizer.piece, self.tokenizer.closing))
        while end and summary.endswith(end):
            summary = summary.removesuffix(end).rstrip()
        return summary


def open_encoder(folder: Path, input_tokens: int | None = None) -> TextEncoder:
    """The encoder of a model folder.

    Raises:
        ModelUnavailable: It holds no model or no tokenizer that the studio can use.
    """
    info = inspect(folder)
    return TextEncoder(open_tokenizer(folder, info.eos), info, input_tokens)
