"""Give a trained model another vocabulary."""

from collections.abc import Sequence
from typing import Any

import torch

from distill.errors import BadConfig

_SPACE = "▁"


def retokenize(model: Any, old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Move a loaded model's rows to the ids of another vocabulary, in place.

    A piece that both have keeps its row. Any other gets the row of a piece that is gone, the last first, if
    possible of one that begins with a space where it does: a row of its own, so that copying tells it apart.

    Args:
        model: A model whose embedding has a row for each of `old`.
        old: Its pieces, in the order of their ids. Of two of one name the last counts.
        new: Those of the other vocabulary, likewise.

    Returns:
        For each new piece without a row of its own, the piece whose row it got.

    Raises:
        BadConfig: More pieces are new than gone.
    """
    place = {piece: row for row, piece in enumerate(old)}
    wanted = set(new)
    spare = [row for row, piece in enumerate(old) if piece not in wanted or place[piece] != row][::-1]
    lacking = [piece for piece in new if piece not in place]
    if len(lacking) > len(spare):
        raise BadConfig(
            f"{len(lacking):,} pieces of this vocabulary are new to the model, and only {len(spare):,} of "
            "its own are gone: take one that has more in common with it, or fewer pieces."
        )
    given: dict[str, int] = {}
    for piece in lacking:
        row = min(spare, key=lambda row: old[row].startswith(_SPACE) != piece.startswith(_SPACE))
        spare.remove(row)
        given[piece] = row
    rows = torch.tensor([place.get(piece, given.get(piece, 0)) for piece in new])
    moved = [table.weight.data[rows] for table in _tables(model)]
    model.resize_token_embeddings(len(new), mean_resizing=False)
    for table, weight in zip(_tables(model), moved, strict=True):
        table.weight.data.copy_(weight)
    return {piece: old[row] for piece, row in given.items()}


def _tables(model: Any) -> list[Any]:
    return [model.get_input_embeddings(), model.get_output_embeddings()]
