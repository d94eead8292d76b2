"""Give a model another's vocabulary: `retokenize`."""

from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_command
from distill.errors import BadConfig
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers, "retokenize", retokenize, "Give a T5 another's vocabulary, and keep what it has learned."
    )
    parser.add_argument("model", help="model name, run:ID, folder or hub id")
    parser.add_argument("folder", type=Path, help="where to write it")
    parser.add_argument("--tokenizer", required=True, help="the model whose tokenizer it gets")
    parser.add_argument(
        "--renamed",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="pieces that go by another name there",
    )


def retokenize(*, model: str, folder: Path, tokenizer: str, renamed: list[str], settings: Settings) -> Answer:
    """Write the model with the other vocabulary."""
    from distill.families.model_folder import load_model, save_model
    from distill.families.t5 import retokenizing
    from distill.jobs.files import make_folder
    from models.store.catalogue import resolve
    from models.store.loading import fetch, open_tokenizer

    if folder.exists():
        raise BadConfig(f"{folder} exists already; name a new folder.")
    make_folder(folder.absolute().parent)
    source, other = (fetch(resolve(name, settings)) for name in (model, tokenizer))
    names = dict(_pair(entry) for entry in renamed)
    old, new = (_pieces(open_tokenizer(place)) for place in (source, other))
    trained: Any = load_model(source)
    given = retokenizing.retokenize(trained, [names.get(piece, piece) for piece in old], new)
    save_model(trained, other, folder)
    return {"folder": str(folder.resolve()), "parameters": trained.num_parameters(), "given": given}, 0


def _pieces(tokenizer: Any) -> list[str]:
    return [tokenizer.piece(number) for number in range(len(tokenizer.vocabulary()))]


def _pair(entry: str) -> tuple[str, str]:
    old, equals, new = entry.partition("=")
    if not equals or not old or not new:
        raise BadConfig(f"--renamed {entry!r}: write the piece's old name, = and the new one.")
    return old, new
