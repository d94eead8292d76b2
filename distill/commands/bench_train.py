"""Measure training: `bench-train`."""

from typing import Any

from distill.commands.arguments import Answer, add_command
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "bench-train",
        bench_train,
        "Measure training: distillation, with and without a cache, beside the student report's loop and"
        " fine-tuning.",
    )
    parser.add_argument("--teacher", default="embedded/teacher", help="default: embedded/teacher")
    parser.add_argument("--student", default="embedded/original", help="default: embedded/original")
    parser.add_argument("--data", default="built-in", help="examples (default: built-in)")
    parser.add_argument("--examples", type=int, default=48, help="examples per epoch (default: 48)")
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each kind, in turns (default: 5)")
    parser.add_argument("--input-tokens", type=int, default=192, help="default: 192")
    parser.add_argument("--target-tokens", type=int, default=128, help="default: 128")
    parser.add_argument("--teacher-top-k", type=int, help="logits per token that the cache keeps")


def bench_train(*, teacher: str, student: str, data: str, settings: Settings, **options: Any) -> Answer:
    """Measure training."""
    from transformers.utils.logging import disable_progress_bar

    from distill.benchmark import training

    disable_progress_bar()
    result = training.bench_train(teacher, student, data, settings, **options)
    print(training.training_table(result))
    return result, 0
