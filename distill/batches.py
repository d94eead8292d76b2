"""From examples to token ids, and from token ids to padded batches."""

import random
from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import Dataset
from transformers import DataCollatorForSeq2Seq, PreTrainedModel, PreTrainedTokenizerBase
from transformers.trainer_pt_utils import LengthGroupedSampler

from distill.config import RunConfig
from distill.data import Example
from distill.extraction import oracle
from models.decoding import PREFIX
from models.sentences import sentence_ends

IGNORED = -100  # the label that PyTorch and transformers leave out of a loss
_MULTIPLE = 8  # lengths are padded to: odd sizes make slow matrix kernels, and each new size a new kernel
_MOST_CHARACTERS_A_TOKEN = 10  # cutting texts before tokenising them saves most of its time


class TokenizedExamples(Dataset):
    """Examples as `input_ids` and `labels`, tokenized once."""

    def __init__(
        self, examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: RunConfig
    ) -> None:
        encode = {"summarize": _summaries, "extract": _extracts, "lead": _leads, "copy": _copy_spans}
        self.features = encode[config.task](examples, tokenizer, config)

    def __len__(self) -> int:
        return len(self.features)

    def __getitem__(self, index: int) -> dict[str, list[int]]:
        return self.features[index]


class ByLength(LengthGroupedSampler):
    """Puts examples of like lengths into one batch, so that little is padded; otherwise in random order.

    Inputs cut to one length are told apart by their targets. The order depends on the seed and the epoch
    alone: a resumed run finds its place again, and several processes agree.

    Args:
        data: What to sample from.
        batch_size: Examples an optimizer step, accumulated batches included.
        seed: Of the order.
    """

    def __init__(self, data: TokenizedExamples, batch_size: int, seed: int) -> None:
        super().__init__(batch_size, lengths=[_size(feature) for feature in data.features])
        self._seed, self._epoch = seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Called by the library before each epoch."""
        self._epoch = epoch

    def __iter__(self) -> Iterator[int]:
        self.generator = torch.Generator().manual_seed(
            random.Random(f"{self._seed} {self._epoch}").getrandbits(63)
        )
        return super().__iter__()


def _size(feature: dict[str, list[int]]) -> int:
    """A number that orders by the padded input first and by the target next."""
    return -(-len(feature["input_ids"]) // _MULTIPLE) * 2**16 + len(feature["labels"])


def collator(tokenizer: PreTrainedTokenizerBase, model: PreTrainedModel) -> DataCollatorForSeq2Seq:
    """Pads to the longest of a batch; also gives the decoder its shifted labels."""
    return DataCollatorForSeq2Seq(
        tokenizer, model=model, label_pad_token_id=IGNORED, pad_to_multiple_of=_MULTIPLE
    )


def _summaries(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: RunConfig
) -> list[dict]:
    longest = config.input_tokens * _MOST_CHARACTERS_A_TOKEN
    inputs = tokenizer(
        [PREFIX + example.document[:longest] for example in examples],
        truncation=True,
        max_length=config.input_tokens,
    )
    return [
        {"input_ids": ids, "labels": _label(example.summary, tokenizer, config.target_tokens)}
        for ids, example in zip(inputs["input_ids"], examples, strict=True)
    ]


def _label(summary: str, tokenizer: PreTrainedTokenizerBase, limit: int) -> list[int]:
    """The summary's tokens; of one that is too long the whole sentences that fit.

    Cut anywhere else, it would teach to stop in the middle of a sentence. Where not even the first sentence
    fits it is cut without an end token, so that it does not teach to stop at all.
    """
    ids = tokenizer(text_target=summary)["input_ids"]
    if len(ids) <= limit:
        return ids
    for end in reversed(sentence_ends(summary)):
        fitting = tokenizer(text_target=summary[:end])["input_ids"]
        if len(fitting) <= limit:
            return fitting
    return ids[:limit]


def _extracts(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: RunConfig
) -> list[dict]:
    """Those sentences of what the student gets to see that match the summary best."""
    chosen = []
    for example in examples:
        text = PREFIX + example.document[: config.input_tokens * _MOST_CHARACTERS_A_TOKEN]
        places = tokenizer(
            text, truncation=True, max_length=config.input_tokens, return_offsets_mapping=True
        )["offset_mapping"]
        seen = text[len(PREFIX) : max(end for _, end in places)]
        words = oracle(seen, example.summary, config.extract_gain, config.extract_lead)
        chosen.append(Example(example.document, words))
    return _summaries(chosen, tokenizer, config)


def _leads(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: RunConfig) -> list[dict]:
    """The first sentences of each document as its summary.

    In the news they often are one: Zhu et al. (2021), Leveraging Lead Bias for Zero-shot Abstractive News
    Summarization, arXiv:1912.11602. (They also let the model predict them from the rest; here it may copy.)
    """
    longest = config.target_tokens * _MOST_CHARACTERS_A_TOKEN
    return _summaries([Example(e.document, e.document[:longest]) for e in examples], tokenizer, config)


def _copy_spans(
    examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase, config: RunConfig
) -> list[dict]:
    """A random window of each document as input, a random span of that window as target."""
    generator = random.Random(config.seed)
    longest = 4 * config.input_tokens * _MOST_CHARACTERS_A_TOKEN
    documents = tokenizer([example.document[:longest] for example in examples], add_special_tokens=False)
    features = []
    for ids in documents["input_ids"]:
        window = _random_span(ids, config.input_tokens - 1, generator)
        if len(window) >= 2:
            span = _random_span(window, config.target_tokens, generator)
            features.append({"input_ids": [*window, tokenizer.eos_token_id], "labels": span})
    return features


def _random_span(ids: list[int], length: int, generator: random.Random) -> list[int]:
    start = generator.randrange(max(1, len(ids) - length + 1))
    return ids[start : start + length]
