"""What can go wrong with a run and be mended by the user."""

from models.errors import DistillError

__all__ = [
    "BadConfig",
    "BadData",
    "Cancelled",
    "DistillError",
    "Diverged",
    "IncompatibleModels",
    "NoSuchSplit",
    "RunConflict",
    "RunNotFound",
]


class BadConfig(DistillError):
    """A run's setting is unknown or has a value that cannot work."""


class BadData(DistillError):
    """The data cannot be read, lacks a column, or holds nothing to learn from."""


class Diverged(DistillError):
    """A loss or a gradient is not finite."""


class NoSuchSplit(BadData):
    """The data set has no split of that name."""


class Cancelled(Exception):
    """Someone asked the work to stop. Whoever carries it out notes how far it came; nothing is wrong."""


class IncompatibleModels(DistillError):
    """This teacher cannot teach this student."""


class RunConflict(DistillError):
    """Another run is busy, or this one is in a state that does not allow what was asked."""


class RunNotFound(DistillError):
    """There is no run with this id."""
