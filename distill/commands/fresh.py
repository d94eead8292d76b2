"""Write a new model: `fresh`."""

from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command, count
from distill.errors import BadConfig
from distill.families.t5.shapes import FreshShape
from models.settings import Settings

_SHAPE = ("width", "inner", "encoder_layers", "decoder_layers", "heads", "input_tokens")
"""Of the fields of `FreshShape` those that there are options for."""


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers, "fresh", fresh, "Write a new T5 that can copy, with a vocabulary of the data."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", help="train the vocabulary on this data")
    parser.add_argument("--tokenizer", help="or take this model's tokenizer")
    parser.add_argument("--vocabulary", type=count, default=8000, help="pieces (default: 8000)")
    parser.add_argument(
        "--max-examples", type=count, default=12000, help="texts for the vocabulary (default: 12000)"
    )
    for name in _SHAPE:
        default = getattr(FreshShape, name)
        parser.add_argument(
            f"--{name.replace('_', '-')}", type=int, default=default, help=f"default: {default}"
        )
    parser.add_argument("--seed", type=int, default=42)


def fresh(
    *, folder: Path, data: str | None, tokenizer: str | None, vocabulary: int, max_examples: int, seed: int,
    settings: Settings, **shape: Any,
) -> Answer:  # fmt: skip
    """Write a new model."""
    from transformers import AutoConfig

    from distill.config.run_config import SETTINGS
    from distill.config.settings import check_value
    from distill.data import load
    from distill.families.model_folder import save_model
    from distill.families.t5 import student
    from distill.families.t5.vocabulary import train_vocabulary
    from distill.families.t5.words import words_of
    from distill.jobs.files import make_folder
    from models.folders.tokenizer import TextTokenizer
    from models.store.catalogue import resolve
    from models.store.loading import fetch, open_tokenizer

    if (data is None) == (tokenizer is None):
        raise BadConfig("Give either --data to train a vocabulary on, or --tokenizer to take a model's.")
    if folder.exists():
        raise BadConfig(f"{folder} exists already; name a new folder.")
    check_value(SETTINGS["seed"], seed)
    given = FreshShape(**shape)
    make_folder(folder.absolute().parent)
    if tokenizer is not None:
        pieces = fetch(resolve(tokenizer, settings))
        known = open_tokenizer(pieces)
        config = AutoConfig.from_pretrained(pieces, trust_remote_code=False, local_files_only=True)
        ids = {"pad": config.pad_token_id, "eos": config.eos_token_id}
    else:
        rows = load(data or "", limit=max_examples, settings=settings).rows
        pieces = train_vocabulary(
            (text[:1500] for row in rows for text in (row.document, row.summary)), vocabulary
        )
        known, ids = TextTokenizer(pieces.backend_tokenizer), {}
    model = student.fresh(given, known.size, words=words_of(known), seed=seed, **ids)
    save_model(model, pieces, folder)
    return {"folder": str(folder.resolve()), "parameters": model.num_parameters()}, 0
