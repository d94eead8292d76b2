"""Kinds of models: a folder for each, which alone knows how such a model is built. Imports nothing heavy."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distill.errors import IncompatibleModels
from distill.families.anatomy import Anatomy, Stack
from distill.families.bart import Bart
from distill.families.family import Family
from distill.families.t5 import T5
from models.folders import inspection
from models.folders.files import read_object
from models.folders.inspection import ModelInfo
from models.settings import Settings
from models.store.catalogue import resolve
from models.store.loading import Progress, fetch

__all__ = [
    "FAMILIES",
    "Anatomy",
    "Family",
    "Stack",
    "anatomy",
    "anatomy_of",
    "family_of",
    "inspect",
    "inspect_named",
    "model_type",
]

FAMILIES: tuple[Family, ...] = (T5(), Bart())
"""All families; enter a new one here."""


def family_of(kind: Any) -> Family:
    """The family of a `model_type`.

    Raises:
        IncompatibleModels: There is none.
    """
    for family in FAMILIES:
        if kind in family.model_types:
            return family
    known = sorted(name for family in FAMILIES for name in family.model_types)
    raise IncompatibleModels(f"{kind!r} is not a kind of model that can be trained here: {', '.join(known)}.")


def anatomy(config: Mapping[str, Any]) -> Anatomy:
    """What a model is made of.

    Args:
        config: What its config.json holds, checked, such as `ModelInfo.config`.
    """
    return family_of(config["model_type"]).anatomy(config)


def anatomy_of(model: Any) -> Anatomy:
    """What a loaded model is made of."""
    return anatomy(model.config.to_dict())


def inspect(folder: Path) -> ModelInfo:
    """What a model folder holds, checked as its family does.

    Raises:
        ModelUnavailable: It holds no model that can be trained; the message says why.
    """
    kind = model_type(folder) if (folder / "config.json").is_file() else None
    for family in FAMILIES:
        if kind in family.model_types:
            return family.inspect(folder)
    return inspection.inspect(folder)  # which says what it is instead


def inspect_named(name: str, settings: Settings, progress: Progress | None = None) -> ModelInfo:
    """What the model of this name holds; a download where it is not here yet.

    Raises:
        ModelUnavailable: There is none that can be trained; the message says why.
    """
    return inspect(fetch(resolve(name, settings), progress))


def model_type(folder: Path) -> Any:
    """What kind of model a folder's config.json says it holds, whatever that is."""
    return read_object(folder / "config.json").get("model_type")
