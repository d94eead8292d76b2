"""Labels that rules have refined: a teacher's own summaries with `label`, a data set's with `refine`."""

import argparse
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any

from distill.commands.arguments import Answer, add_choice_options, add_column_options, add_command, count
from distill.jobs.checksums import checksum_of
from models.errors import ModelUnavailable
from models.settings import Settings

_log = logging.getLogger(__name__)


def add(parsers: Any) -> None:
    """Add this command."""
    parser = add_command(
        parsers, "label", label, "Let a teacher summarise texts, refined by rules, as training data."
    )
    parser.add_argument("model", help="the teacher: model name, run:ID, folder or hub id")
    parser.add_argument("--data", required=True, help="the texts; summaries may be missing")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
    add_choice_options(parser)
    add_drafting_options(parser)
    add_column_options(parser)
    parser = add_command(
        parsers, "refine", refine, "Keep of a data set's summaries what the rules let pass, as training data."
    )
    parser.add_argument("--data", required=True, help="texts with summaries")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.jsonl")
    parser.add_argument(
        "--reader", help="compare with what this model reads of a text; by default with all of it"
    )
    parser.add_argument("--input-tokens", type=count, help="and this model reads so many tokens")
    _add_rules(parser)
    add_choice_options(parser)
    add_column_options(parser)


def add_drafting_options(parser: argparse.ArgumentParser) -> None:
    """How the teacher writes, and what becomes of it."""
    parser.add_argument("--beams", type=int, default=4, help="default: 4")
    parser.add_argument(
        "--hypotheses", type=int, default=1, help="drafts per text; the best that passes is kept"
    )
    parser.add_argument("--sample", action="store_true", help="sample tokens instead of searching with beams")
    parser.add_argument("--temperature", type=float, default=0.5, help="sampling temperature (default: 0.5)")
    parser.add_argument(
        "--top-p",
        type=float,
        default=0.9,
        help="sample from the likeliest tokens with this share (default: 0.9)",
    )
    _add_rules(parser)
    parser.add_argument("--batch-tokens", type=count, help="input tokens in a batch at most")


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--rules",
        default="all",
        help="all, none, or a list such as length,numbers or all,-names,copy:highest=0.9",
    )


def label(
    *,
    model: str,
    data: str,
    out: Path,
    limit: int | None,
    shuffle: bool,
    rules: str,
    batch_tokens: int | None,
    document_column: str | None,
    summary_column: str | None,
    settings: Settings,
    **drafting: Any,
) -> Answer:
    """Write a teacher's summaries as training data."""
    from distill import labelling
    from distill.data import load
    from distill.rules import report_table
    from models.serving.pool import ModelPool

    with suppress(ModelUnavailable):  # what it has drafted before can be refined without it
        drafting["model_sha256"] = checksum_of(model, settings)
    plan, pool = labelling.Drafting(model, **drafting), ModelPool(settings)
    if labelling.is_new(out, rules):  # else there may be nothing left to draft
        pool.get(model)
    examples = load(
        data,
        limit=limit,
        sample_seed=drafting["seed"] if shuffle else None,
        summary_optional=True,
        document_column=document_column,
        summary_column=summary_column,
        settings=settings,
    )
    _log.info("%s: %s", data, examples.note)
    answer = labelling.label(
        examples.rows,
        plan,
        lambda: pool.get(model),
        out,
        rules,
        batch_tokens,
    )
    print(report_table(answer["report"]))
    return answer, 0


def refine(
    *,
    data: str,
    out: Path,
    reader: str | None,
    input_tokens: int | None,
    rules: str,
    limit: int | None,
    shuffle: bool,
    seed: int,
    document_column: str | None,
    summary_column: str | None,
    settings: Settings,
) -> Answer:
    """Write a data set's own summaries as training data, as far as the rules let them pass."""
    from distill import labelling
    from distill.data import load
    from distill.errors import BadConfig
    from distill.rules import choose_rules, report_table
    from models.decoding import INPUT_LEAST
    from models.store.catalogue import resolve
    from models.store.loading import fetch
    from models.text.encoding import open_encoder

    if input_tokens and not reader:
        raise BadConfig("--input-tokens says how much a model reads: name the model with --reader.")
    if input_tokens and input_tokens < INPUT_LEAST:
        raise BadConfig(f"--input-tokens is {input_tokens}; use {INPUT_LEAST} or more.")
    choose_rules(rules)
    labelling.prepare(out)
    seen = {"seen": open_encoder(fetch(resolve(reader, settings)), input_tokens).seen} if reader else {}
    examples = load(
        data,
        limit=limit,
        sample_seed=seed if shuffle else None,
        document_column=document_column,
        summary_column=summary_column,
        settings=settings,
    )
    _log.info("%s: %s", data, examples.note)
    answer = labelling.refine_references(examples.rows, out, rules, **seen)
    print(report_table(answer["report"]))
    return answer, 0
