"""What a training step needs. Imports nothing heavy."""

from collections.abc import Sequence

from distill.config import RunConfig
from distill.families import family_of
from models.folders.inspection import ModelInfo

_ADAM_STATES = 4  # weights, gradients and AdamW's two moments, all float32
_LOGIT_COPIES = 8  # of both models, softened, normalised, and their gradients


def step_bytes(
    teacher: ModelInfo, student: ModelInfo, depths: Sequence[int], config: RunConfig
) -> dict[str, int]:
    """Bytes of one training step in float32: the teacher's, the student's with AdamW's, the activations'.

    Args:
        teacher: The teacher.
        student: The student, or the teacher where the student is cut from it.
        depths: The student's layers, stack by stack.
        config: The batch and its lengths.
    """
    family = family_of(student.model_type)
    targets = config.batch_size * max(1, config.rollouts) * config.target_tokens
    return {
        "teacher_bytes": teacher.parameters * 4,
        "student_bytes": family.cut_parameters(student, depths) * 4 * _ADAM_STATES,
        "activation_bytes": family.activation_bytes(student, depths, config)
        + targets * student.vocab_size * 4 * _LOGIT_COPIES,
    }
