"""Train a small lower-casing unigram vocabulary for models that start from nothing.

Spaced-out text ("36 - year - old", "do n't", "( cnn )"), the form some releases of CNN/DailyMail come in,
and natural text give the same tokens, because the normalizer undoes the spacing. The points and commas inside
numbers and the points of abbreviations have pieces of their own: a full stop ends a sentence and hardly
anything else, so that a small model neither ends one at "u.s." nor cuts "1,700" in two.
"""

import io
import math
from collections import Counter
from collections.abc import Iterable, Mapping

from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
from transformers import PreTrainedTokenizerFast

from distill.errors import BadConfig
from models.text.sentences import SHORT_FORMS, TITLES

PAD, EOS, UNK = "<pad>", "</s>", "<unk>"

_SPACING = (
    (r"[‘’‚`´]", "'"),
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
_POINT, _COMMA = "․", "‚"  # within words and numbers: one dot leader, low quotation mark
_WITHIN = (
    (rf"(?<=\w)\.(?=\w)|(?<=\b(?:[a-z]|{TITLES}|{SHORT_FORMS}))(?<!'[a-z])\.|(?<=\bno)\.(?= \d)", _POINT),
    (r"(?<=\d),(?=\d)", _COMMA),
)


# A contraction, a word, a number or one other sign, each with the space before it.
_WORD = r"'(?:s|t|re|ve|ll|d|m)(?![\p{L}\p{N}])|▁?[\p{L}\p{M}]+|▁?\p{N}+|▁?[^▁]|▁"
_WHOLE = 0.5  # share of the pieces that are the commonest words, whole
_SIGNS = [
    *(f"{space}{sign}" for sign in "£€$¥" for space in ("▁", "")),
    *"#%&@+*/⁄=_<>[]{}°",
    *"àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßšžłč",
]
"""Pieces in any case: what a text has and the vocabulary does not is lost where a model copies."""
_SPARE = 0.1  # share of the pieces that they may take


def train_vocabulary(texts: Iterable[str], size: int = 8000) -> PreTrainedTokenizerFast:
    """Train a unigram vocabulary (Kudo, 2018) of `size` pieces at most, special tokens included.

    Ids follow T5: 0 pads (and starts the decoder), 1 ends, 2 stands for what is unknown.
    Words, numbers and signs are apart, so that copying them is copying tokens; the space before one and the
    contractions ("'s") cost no token of their own. The same texts give the same pieces.

    Raises:
        BadConfig: The texts have more characters than there shall be pieces.
    """
    normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase()]
        + [normalizers.Replace(Regex(pattern), content) for pattern, content in _SPACING + _WITHIN]
    )
    splitter = pre_tokenizers.Sequence(
        [pre_tokenizers.Metaspace(), pre_tokenizers.Split(Regex(_WORD), "isolated")]
    )
    words: Counter[str] = Counter()
    for text in texts:
        words.update(word for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    pieces = _pieces(words, size)
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=[piece for piece, _ in pieces].index(UNK)))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, splitter
    tokenizer.decoder = decoders.Sequence(
        [decoders.Metaspace(), decoders.Replace(_POINT, "."), decoders.Replace(_COMMA, ",")]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"$A {EOS}", pair=f"$A {EOS} $B {EOS}", special_tokens=[(EOS, tokenizer.token_to_id(EOS))]
    )
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token=PAD, eos_token=EOS, unk_token=UNK)


def _pieces(words: Mapping[str, int], size: int) -> list[tuple[str, float]]:
    """Pieces with their log-probabilities, from how often each word occurs.

    By SentencePiece: the trainer of tokenizers counts in a random order, and so gives other pieces each time.
    It cuts the space off common words ("▁" and "been") and leaves out what is a word of its own, such as a
    sign with its space; so the commonest words are pieces in any case, in place of the unlikeliest others.
    """
    total = sum(words.values())
    common = sorted(words, key=lambda word: (-words[word], word))[: round(_WHOLE * size)]
    model = io.BytesIO()
    try:
        SentencePieceTrainer.train(
            sentence_iterator=(f"{word}\t{count}" for word, count in sorted(words.items())),
            input_format="tsv",
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            hard_vocab_limit=False,
            character_coverage=1.0,
            max_sentence_length=2**20,
            num_threads=1,
            minloglevel=2,
            # The words are normalized and split already.
            normalization_rule_name="identity",
            add_dummy_prefix=False,
            remove_extra_whitespaces=False,
            split_by_unicode_script=False,
            split_by_number=False,
            pad_id=0,
            eos_id=1,
            unk_id=2,
            bos_id=-1,
            pad_piece=PAD,
            eos_piece=EOS,
            unk_piece=UNK,
        )
    except RuntimeError as problem:
        raise BadConfig(
            f"A vocabulary of {size} pieces cannot be made of these texts: {problem}. Ask for more pieces."
        ) from problem
    found = SentencePieceProcessor(model_proto=model.getvalue())
    pieces = [(found.id_to_piece(place), found.get_score(place)) for place in range(found.get_piece_size())]
    needed = [(piece, score) for piece, score in pieces if len(piece) == 1 or piece in (PAD, EOS, UNK)]
    scores = dict(pieces) | {word: math.log(words[word] / total) for word in common}
    rarest = min(score for _, score in needed)
    known = {piece for piece, _ in needed} | set(common)
    signs = [sign for sign in _SIGNS if sign not in known][: min(size - len(needed), round(_SPARE * size))]
    others = sorted(
        scores.keys() - {piece for piece, _ in needed} - set(signs), key=lambda piece: (-scores[piece], piece)
    )
    kept = [(piece, scores[piece]) for piece in others[: size - len(needed) - len(signs)]]
    return needed + kept + [(sign, rarest) for sign in signs]
