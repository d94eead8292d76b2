"""Tiny real checkpoints: random weights, a real tokenizer, made in a fraction of a second."""

import json
from pathlib import Path
from typing import Any

WORDS = ["the", "a", "cat", "dog", "sat", "ran", "on", "in", "mat", "house", "and", "was", "new", "report"]
WORDS += ["says", "people", "city", "summarize"]
"""Words that are one token each; every other word is spelt in characters."""
SPECIALS = ["<pad>", "</s>", "<unk>"]
CHARACTERS = [chr(code) for code in range(33, 127)]
FIRST_FILLER = len(SPECIALS) + 1 + len(CHARACTERS) + len(WORDS)


def make_tokenizer(vocab_size: int = 160, append_eos: bool = True) -> Any:
    """A `tokenizers.Tokenizer` like T5's: Unigram, `▁` before words, `</s>` at the end."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, processors

    pieces = [(piece, 0.0) for piece in SPECIALS] + [("▁", -3.0)]
    pieces += [(character, -6.0) for character in CHARACTERS] + [(f"▁{word}", -2.0) for word in WORDS]
    pieces += [(f"▁filler{number}", -2.0) for number in range(vocab_size - len(pieces))]
    tokenizer = Tokenizer(models.Unigram(pieces[:vocab_size], unk_id=2))
    space = {"replacement": "▁", "prepend_scheme": "always"}
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(**space)]
    )
    tokenizer.decoder = decoders.Metaspace(**space)
    tokenizer.add_special_tokens([AddedToken(piece, special=True) for piece in SPECIALS])
    if append_eos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", 1)]
        )
    return tokenizer


def save_tokenizer(folder: Path, tokenizer: Any) -> None:
    """Save a tokenizer so that both the tokenizers library and AutoTokenizer read it."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<pad>",
        "eos_token": "</s>",
        "unk_token": "<unk>",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))


def make_tiny_t5(
    folder: Path,
    *,
    d_model: int = 16,
    layers: int = 2,
    decoder_layers: int = 2,
    heads: int = 2,
    vocab_size: int = 160,
    seed: int = 0,
    tied: bool = True,
    kind: str = "T5",
    spread: float | None = None,
    **config: Any,
) -> Path:
    """Save a random T5 with its tokenizer in `folder` and return the folder.

    Args:
        folder: Where to; made if need be.
        d_model: Width; each head has `d_model // heads`, the feed-forward layers `2 * d_model`.
        layers: Encoder layers.
        decoder_layers: Decoder layers.
        heads: Attention heads.
        vocab_size: Entries of the tokenizer and rows of the embedding; at least `FIRST_FILLER`.
        seed: Seed of the weights.
        tied: Whether the output layer is the embedding (as in T5) or of its own (as in T5 1.1).
        kind: `T5`, `MT5`, `UMT5` or `LongT5`.
        spread: Standard deviation of all matrices, for probabilities that are far from even.
        **config: Further fields of `T5Config`.
    """
    import torch
    import transformers

    settings = getattr(transformers, f"{kind}Config")(
        vocab_size=vocab_size,
        d_model=d_model,
        d_kv=d_model // heads,
        d_ff=2 * d_model,
        num_layers=layers,
        num_decoder_layers=decoder_layers,
        num_heads=heads,
        decoder_start_token_id=0,
        tie_word_embeddings=tied,
        **config,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = getattr(transformers, f"{kind}ForConditionalGeneration")(settings)
        for weight in model.parameters() if spread else ():
            if weight.dim() > 1:
                torch.nn.init.normal_(weight, std=spread)
        if not tied:
            model.lm_head.weight = torch.nn.Parameter(torch.randn(vocab_size, d_model) * (spread or 1))
            model.config.tie_word_embeddings = False
    model.generation_config.decoder_start_token_id = 0
    model.save_pretrained(folder)
    save_tokenizer(folder, make_tokenizer(vocab_size))
    return folder


def change_json(file: Path, **values: Any) -> None:
    """Set values of a JSON object in a file; ... takes one away."""
    changed = {**json.loads(file.read_text()), **values}
    file.write_text(json.dumps({name: value for name, value in changed.items() if value is not ...}))


def make_bert_folder(folder: Path) -> Path:
    """Save a random tiny BERT (encoder only)."""
    from transformers import BertConfig, BertForMaskedLM

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    BertForMaskedLM(BertConfig(vocab_size=160, **sizes)).save_pretrained(folder)
    save_tokenizer(folder, make_tokenizer())
    return folder


def make_decoder_only_folder(folder: Path) -> Path:
    """Save a random tiny GPT-2 (decoder only)."""
    from transformers import GPT2Config, GPT2LMHeadModel

    GPT2LMHeadModel(GPT2Config(vocab_size=160, n_embd=16, n_layer=1, n_head=2)).save_pretrained(folder)
    save_tokenizer(folder, make_tokenizer())
    return folder


def make_tiny_bart(folder: Path) -> Path:
    """Save a random tiny BART with one encoder layer and two decoder layers."""
    from transformers import BartConfig, BartForConditionalGeneration

    config = BartConfig(
        vocab_size=160, d_model=16, encoder_layers=1, decoder_layers=2, encoder_ffn_dim=24,
        decoder_ffn_dim=24, encoder_attention_heads=2, decoder_attention_heads=2,
        pad_token_id=0, eos_token_id=1, bos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(folder)
    save_tokenizer(folder, make_tokenizer())
    return folder
