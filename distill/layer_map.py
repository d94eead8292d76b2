"""Which teacher layer a student layer looks at. Pure functions; layers count from 0."""

from distill.errors import IncompatibleModels


def evenly_spaced(teacher_layers: int, student_layers: int) -> tuple[int, ...]:
    """Spread the student's layers over the teacher's, first on first and last on last.

    The rule of distil-whisper (Gandhi et al., 2023, arXiv:2311.00430): a rounded linspace.
    A student of one layer takes the first, which holds T5's relative position bias.

    >>> evenly_spaced(12, 4)
    (0, 4, 7, 11)
    """
    if not 1 <= student_layers <= teacher_layers:
        raise IncompatibleModels(
            f"A student of {student_layers} layers cannot be cut from {teacher_layers} teacher layers;"
            f" choose 1 to {teacher_layers}."
        )
    if student_layers == 1:
        return (0,)
    step = (teacher_layers - 1) / (student_layers - 1)
    return tuple(round(index * step) for index in range(student_layers))
