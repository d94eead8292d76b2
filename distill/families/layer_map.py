"""Which teacher layer a student layer looks at, and how. Pure functions; layers count from 0.

A rule gives one teacher layer for every student layer; a stack (encoder or decoder) has its own.
"""

import re
from collections.abc import Mapping

from distill.errors import BadConfig, IncompatibleModels


def evenly_spaced(teacher_layers: int, student_layers: int) -> tuple[int, ...]:
    """Spread the student's layers over the teacher's, first on first and last on last.

    The rule of distil-whisper (Gandhi et al., 2023, arXiv:2311.00430): a rounded linspace.
    A student of one layer takes the first, which holds T5's relative position bias.

    >>> evenly_spaced(12, 4)
    (0, 4, 7, 11)
    """
    _check_depths(teacher_layers, student_layers)
    if student_layers == 1:
        return (0,)
    step = (teacher_layers - 1) / (student_layers - 1)
    return tuple(round(index * step) for index in range(student_layers))


def last(teacher_layers: int, student_layers: int) -> tuple[int, ...]:
    """The teacher's last layers, as many as the student has.

    >>> last(12, 4)
    (8, 9, 10, 11)
    """
    _check_depths(teacher_layers, student_layers)
    return tuple(range(teacher_layers - student_layers, teacher_layers))


def tinybert(teacher_layers: int, student_layers: int) -> tuple[int, ...]:
    """The last teacher layer of every one of as many blocks as the student has layers.

    TinyBERT's g(n) = n · N / M for layers counted from 1 (Jiao et al., 2020, arXiv:1909.10351), rounded down
    where the student's depth M does not divide the teacher's N. The last looks at the last.

    >>> tinybert(12, 4)
    (2, 5, 8, 11)
    """
    _check_depths(teacher_layers, student_layers)
    return tuple(layer * teacher_layers // student_layers - 1 for layer in range(1, student_layers + 1))


MAPPED_TERMS = frozenset({"hidden", "attention", "relation"})
"""The terms of the objective that compare layers, which a map has to pair."""
RULES = {"even": evenly_spaced, "last": last, "tinybert": tinybert}


def layer_pairs(kind: str, teacher_layers: int, student_layers: int) -> tuple[tuple[int, int], ...]:
    """Pairs of (student layer, teacher layer), by rising student layer.

    Args:
        kind: A name in `RULES`, or pairs such as `"0-1,1-3"`: student layer 0 looks at teacher layer 1,
            student layer 1 at teacher layer 3. Pairs may leave student layers out, or give one several.
        teacher_layers, student_layers: Depths of the stack.

    Raises:
        BadConfig: On another kind, or pairs that are malformed, doubled or beyond a model's depth.
        IncompatibleModels: If the student is deeper than the teacher: no rule fits then, only pairs do.

    >>> layer_pairs("tinybert", 6, 2)
    ((0, 2), (1, 5))
    """
    if (kind, student_layers) == ("even", 1) and teacher_layers:
        # Whatever it was cut from, what it has to say is what the last one says.
        return ((0, teacher_layers - 1),)
    if kind in RULES:
        return tuple(enumerate(RULES[kind](teacher_layers, student_layers)))
    pairs = _parsed(kind)
    for student, teacher in pairs:
        if student >= student_layers or teacher >= teacher_layers:
            raise BadConfig(
                f"Layer pair {student}-{teacher} does not exist: the student has layers 0 to"
                f" {student_layers - 1}, the teacher 0 to {teacher_layers - 1}."
            )
    return pairs


def layer_weights(n: int, growth: float) -> tuple[float, ...]:
    """Weights of `n` pairs, of mean 1, each `growth` times the one before; 1 weighs all alike.

    Raises:
        BadConfig: If `growth` is not positive.

    >>> layer_weights(2, 3.0)
    (0.5, 1.5)
    """
    if not growth > 0:
        raise BadConfig(f"layer growth {growth}: choose a number above 0 (1 weighs all layers alike).")
    powers = [growth**index for index in range(n)]
    return tuple(power * n / sum(powers) for power in powers)


def check_relation_heads(heads: int, widths: Mapping[str, int]) -> None:
    """Check that the relation heads divide the width of each model's attention.

    Args:
        heads: How many.
        widths: By the model's part, `student` and `teacher`.

    Raises:
        BadConfig: They do not.
    """
    for name, width in widths.items():
        if width % heads:
            raise BadConfig(
                f"relation_heads is {heads}; it must divide the {name}'s attention width of {width}."
            )


def _parsed(text: str) -> tuple[tuple[int, int], ...]:
    """`"0-1, 1-3"` as sorted pairs."""
    pairs = []
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)-(\d+)\s*", part)
        if match is None:
            raise BadConfig(
                f"{text!r} is not a layer map; choose {', '.join(RULES)}, or pairs student-teacher from 0 on,"
                ' such as "0-1,1-3".'
            )
        pairs.append((int(match[1]), int(match[2])))
    if len(set(pairs)) < len(pairs):
        raise BadConfig(f"The layer map {text!r} has a pair twice; name each once.")
    return tuple(sorted(pairs))


def _check_depths(teacher_layers: int, student_layers: int) -> None:
    """A rule wants a student that is no deeper than its teacher."""
    if not 1 <= student_layers <= teacher_layers:
        raise IncompatibleModels(
            f"A student of {student_layers} layers cannot be cut from {teacher_layers} teacher layers, nor"
            f' mapped onto them by a rule; choose 1 to {teacher_layers}, or map by pairs such as "0-1,1-3".'
        )
