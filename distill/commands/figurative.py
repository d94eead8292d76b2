"""A teacher's refined summaries first, then the labels: `figurative`."""

from typing import Any

from distill.commands.arguments import Answer, add_command
from distill.commands.labelling import add_drafting_options
from distill.commands.training import add_training_options, run_values
from distill.config import RunConfig
from distill.jobs.checksums import checksum_of
from models.settings import Settings


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers,
        "figurative",
        figurative,
        "Train a student on a teacher's refined summaries, then on the labels. Run it again to continue.",
    )
    parser.add_argument("--teacher", required=True, help="model name, run:ID, folder or hub id")
    add_training_options(parser)
    add_drafting_options(parser)


def figurative(
    *,
    teacher: str,
    beams: int,
    hypotheses: int,
    sample: bool,
    temperature: float,
    top_p: float,
    rules: str,
    batch_tokens: int | None,
    settings: Settings,
    **options: Any,
) -> Answer:
    """Label, learn and tune."""
    config = RunConfig.from_dict({**run_values(options), "teacher": None})
    from distill.labelling import Drafting
    from distill.rules import report_table
    from distill.training.figurative import distil

    model = checksum_of(teacher, settings)
    drafting = Drafting(teacher, beams, hypotheses, sample, temperature, top_p, config.seed, model)
    answer = distil(config, drafting, rules, batch_tokens, settings)
    print(report_table(answer["steps"]["label"]["report"]))
    return answer, 0
