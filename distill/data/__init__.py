"""Where examples come from: files and hub data sets of any layout. Imports nothing heavy."""

from distill.data.datasets import (
    BUILT_IN,
    HUB_DATASETS,
    check_allowed,
    describe,
    has_validation_split,
    load,
    load_unseen,
    read_columns,
    split_off,
    take,
    warn_of_shared,
)
from distill.data.examples import Example, Examples

__all__ = [
    "BUILT_IN",
    "HUB_DATASETS",
    "Example",
    "Examples",
    "check_allowed",
    "describe",
    "has_validation_split",
    "load",
    "load_unseen",
    "read_columns",
    "split_off",
    "take",
    "warn_of_shared",
]
