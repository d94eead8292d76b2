"""A search's teacher, and the shapes that its students may have. Needs no tensors."""

from collections.abc import Mapping
from typing import Any

from distill.families import inspect_named
from distill.families.t5 import shapes
from distill.search.space import Space, narrow
from models.folders.inspection import ModelInfo
from models.settings import Settings


def teacher_of(name: str, settings: Settings) -> ModelInfo:
    """The teacher of a search; a download where it is not here yet."""
    return inspect_named(name, settings)


def space_of(teacher: ModelInfo, given: Mapping[str, Any]) -> Space:
    """The teacher's default space, narrowed by what was given.

    Raises:
        BadConfig: Nothing is left of it, or what was given cannot be.
        IncompatibleModels: The teacher is of a family whose shapes are not known.
    """
    values = narrow(shapes.default_space(shapes.shape_of(teacher)), given, shapes.allowed)
    return Space.of(
        values,
        shapes.buildable,
        lambda shape: shapes.parameters(shape, teacher.vocab_size),
        teacher.parameters,
    )
