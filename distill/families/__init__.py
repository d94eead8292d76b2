"""Kinds of models: a folder for each, which alone knows how such a model is built. Imports nothing heavy."""

from collections.abc import Mapping
from typing import Any

from distill.errors import IncompatibleModels
from distill.families.anatomy import Anatomy, Stack
from distill.families.bart import Bart
from distill.families.family import Family
from distill.families.t5 import T5

__all__ = ["FAMILIES", "Anatomy", "Family", "Stack", "anatomy", "family_of"]

FAMILIES: tuple[Family, ...] = (T5(), Bart())
"""All families; a new one is entered here."""


def family_of(model_type: str) -> Family:
    """The family of the models that call themselves so.

    Raises:
        IncompatibleModels: There is none.
    """
    for family in FAMILIES:
        if model_type in family.model_types:
            return family
    known = sorted(name for family in FAMILIES for name in family.model_types)
    raise IncompatibleModels(
        f"{model_type!r} is no kind of model that can be trained here: {', '.join(known)}."
    )


def anatomy(config: Mapping[str, Any]) -> Anatomy:
    """What a model is made of.

    Args:
        config: What its config.json holds, checked, such as `ModelInfo.config`.
    """
    return family_of(config["model_type"]).anatomy(config)
