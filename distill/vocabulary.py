"""Train a small lower-casing unigram vocabulary for models that start from nothing.

Spaced-out text ("36 - year - old", "do n't", "( cnn )"), the form some releases of CNN/DailyMail come in,
and natural text give the same tokens, because the normalizer undoes the spacing.
"""

from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"

_SPACING = (
    (r"[‘’`´]", "'"),
    (r"[“”]|''|``", '"'),
    (r"[–—]|--+", "-"),
    (r"\s+", " "),
    (r" (?=n't\b|'(?:s|re|ve|ll|d|m)\b)", ""),
    (r"(?<=\d) , (?=\d{3}\b)", ","),
    (r"(?<=\w) - (?=\w)", "-"),
    (r" (?=[.,;:!?%)\]])", ""),
    (r"(?<=[(\[$£€]) ", ""),
    (r' ?" ?', ' " '),
)


def train_vocabulary(texts: Iterable[str], size: int = 8000) -> PreTrainedTokenizerFast:
    """Train a unigram vocabulary (Kudo, 2018) of `size` pieces, special tokens included.

    Ids follow T5: 0 pads (and starts the decoder), 1 ends, 2 stands for what is unknown.
    Punctuation and numbers are pieces of their own, so that copying them is copying tokens.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase()]
        + [normalizers.Replace(Regex(pattern), content) for pattern, content in _SPACING]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(),
            pre_tokenizers.Punctuation("isolated"),
            pre_tokenizers.Digits(individual_digits=False),
        ]
    )
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=size, special_tokens=[PAD, EOS, UNK], unk_token=UNK, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, tokenizer.token_to_id(EOS))]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=PAD, eos_token=EOS, unk_token=UNK)
