"""Semantic equivalence: whether two summaries of a text mean the same, by the cosine of their embeddings.

How large the cosine must be is calibrated on the evaluation's own texts: on true pairs, each summary and its
text's reference, and on shuffled ones, each summary and the reference of every other text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from distill.data import Example
from distill.judging.embedding import Embedder
from distill.judging.folder import Evaluation
from distill.judging.results import Answers
from distill.stats import too_little
from models.errors import ModelUnavailable
from models.settings import Settings

if TYPE_CHECKING:
    import numpy as np

SHUFFLED = 0.01
"""The share of shuffled pairs that may lie above the threshold."""
_TEXTS = 1000
"""The most texts whose references are shuffled: each with every other, that is nearly a million pairs."""


def compare(
    evaluation: Evaluation,
    examples: Sequence[Example],
    answers: Mapping[str, Answers],
    settings: Settings,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Compare what each model wrote with what the first wrote and with the references.

    The measures of each summary get `cosine`, with the first model's of the same text, and
    `cosine_reference`. Embeddings are kept in the evaluation's folder, so that nothing is embedded twice.

    Args:
        evaluation: Its folder.
        examples: The texts.
        answers: By model, the first first.
        settings: Say which model embeds.
        tell: Called with what is being done; an exception it raises ends the work.

    Returns:
        `why` there are no cosines; without a reason `model` and the `sha256` of its weights; `calibration`,
        or None, and then `uncalibrated` says why.
    """
    tell("Comparing meanings")
    try:
        columns, about = _embedded(evaluation, examples, answers, settings, tell)
    except ModelUnavailable as error:
        return {"why": str(error)}
    *others, references = columns
    for written, vectors in zip(answers.values(), others, strict=True):
        _note(written, "cosine", cosines(vectors, others[0]) if vectors is not others[0] else None)
        _note(written, "cosine_reference", cosines(vectors, references))
    texts = [example.summary for example in examples]
    return {"why": None, **about, **_calibration(others, references, texts)}


def threshold(found: Mapping[str, Any] | None) -> float | None:
    """The cosine above which `compare` calls two summaries equivalent; None where there is none."""
    calibration = (found or {}).get("calibration")
    return calibration["threshold"] if calibration else None


def settled(found: Mapping[str, Any] | None, settings: Settings) -> bool:
    """Whether `compare` would say the same again: it embedded the summaries, or what it lacked is still
    lacking."""
    if not found or not found.get("why"):
        return bool(found)
    try:
        Embedder(settings)
    except ModelUnavailable as error:
        return found["why"] == str(error)
    return False


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """The cosine of each row's pair, both (texts, width) and of length 1 or 0; not a number where one is."""
    return (left * right).sum(axis=1).clip(-1.0, 1.0)


def calibrate(columns: Sequence[np.ndarray], references: np.ndarray, texts: Sequence[str]) -> dict[str, Any]:
    """The least threshold that at most 1% of the shuffled pairs lie above.

    Args:
        columns: The embeddings of each model's summaries, (texts, width).
        references: Those of the references, likewise.
        texts: The references themselves: where two texts have the same one, they are no shuffled pair.

    Returns:
        `threshold`; of the `true` and of the `shuffled` pairs `n`, their number, the `mean` cosine, and
        `above`, the share above the threshold.
    """
    import numpy as np

    _, kinds = np.unique(np.asarray(texts[:_TEXTS]), return_inverse=True)
    others = kinds[:, None] != kinds[None, :]
    tables = [vectors[:_TEXTS] @ references[:_TEXTS].T for vectors in columns]
    true = _known(np.concatenate([table.diagonal() for table in tables]))
    shuffled = _known(np.concatenate([table[others] for table in tables]))
    last = len(shuffled) - 1 - int(SHUFFLED * len(shuffled))
    threshold = float(np.partition(shuffled, last)[last])
    return {
        "threshold": threshold,
        **{
            name: {"n": len(pairs), "mean": float(pairs.mean()), "above": float((pairs > threshold).mean())}
            for name, pairs in (("true", true), ("shuffled", shuffled))
        },
    }


def _embedded(
    evaluation: Evaluation,
    examples: Sequence[Example],
    answers: Mapping[str, Answers],
    settings: Settings,
    tell: Callable[[str], None],
) -> tuple[list[np.ndarray], dict[str, str]]:
    """The embeddings of each model's summaries and, last, of the references; and which model embedded."""
    model = Embedder(settings)
    folder = evaluation.folder / "embeddings" / model.sha256[:12]
    folder.mkdir(parents=True, exist_ok=True)
    places = range(len(examples))
    texts = {
        str(number): [written.get(place, {}).get("summary") for place in places]
        for number, written in enumerate(answers.values(), 1)
    }
    texts["references"] = [example.summary or None for example in examples]
    found = []
    for number, (name, column) in enumerate(texts.items(), 1):
        say = partial(tell, f"Comparing meanings: {number} of {len(texts)}")
        found.append(_kept(folder / f"{name}.npy", partial(model.embed, column, say)))
    return found, {"model": model.name, "sha256": model.sha256}


def _kept(file: Path, embed: Callable[[], np.ndarray]) -> np.ndarray:
    """The embeddings in a file; made first where there is none, and written whole or not at all."""
    import numpy as np

    if not file.is_file():
        vectors, scratch = embed(), file.with_suffix(f".{os.getpid()}")
        try:
            with scratch.open("wb") as stream:
                np.save(stream, vectors, allow_pickle=False)
            scratch.replace(file)
        except OSError:
            scratch.unlink(missing_ok=True)  # a full disk leaves half a file
            raise
    return np.load(file, allow_pickle=False)


def _calibration(
    columns: Sequence[np.ndarray], references: np.ndarray, texts: Sequence[str]
) -> dict[str, Any]:
    if not all(texts):
        return {"calibration": None, "uncalibrated": "the data has no references"}
    if too_little(text=len(set(texts[:_TEXTS]))):
        return {"calibration": None, "uncalibrated": "that takes at least 20 texts with references"}
    if not any(len(_known(vectors[:_TEXTS])) for vectors in columns):
        return {"calibration": None, "uncalibrated": "there are no summaries"}
    return {"calibration": calibrate(columns, references, texts), "uncalibrated": None}


def _known(values: np.ndarray) -> np.ndarray:
    import numpy as np

    return values[~np.isnan(values)]


def _note(written: Answers, name: str, values: Any) -> None:
    for place, row in written.items():
        value = None if values is None else float(values[place])
        if "measures" in row and value is not None and value == value:
            row["measures"][name] = value
