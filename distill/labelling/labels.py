"""Sequence-level distillation: a teacher writes summaries, rules refine them, any student learns from them.

Kim & Rush (2016), Sequence-Level Knowledge Distillation, arXiv:1606.07947. Beside the result `NAME.jsonl` lie
`NAME.drafts.jsonl`, all that the teacher wrote, and `NAME.report.json`, what the rules made of it. An
interrupted labelling goes on from its drafts; other rules on the same drafts need no teacher.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from distill import rules
from distill.data import Example, Examples
from distill.labelling.drafts import DraftJournal
from distill.labelling.refined import prepare, write_refined
from models.decoding import Decoding, Sampling, check_hypotheses
from models.errors import BadRequest
from models.serving.batching import BATCH_TOKENS
from models.serving.summarizer import Summarizer
from models.text.tidying import clean

log = logging.getLogger(__name__)
CHUNK = 64
"""Texts drafted and written to disk together. Batches and seeds go by chunks, so that a labelling which goes
on drafts as it would have: it repeats the chunk it was interrupted in."""


@dataclass(frozen=True)
class Drafting:
    """Everything that decides what a teacher writes.

    Args:
        model: The teacher's name.
        beams: Beams of the search; has no effect on sampling.
        hypotheses: Drafts per text, the best first; the first that passes the rules is kept.
        sample: Draw the tokens instead of searching for the likeliest.
        temperature: Temperature of the drawing.
        top_p: Draw from the likeliest tokens that make up this share; the long tail of the rest is where a
            small model's text falls apart (Holtzman et al., 2020, arXiv:1904.09751).
        seed: Seed of the drawing.
        model_sha256: Of the teacher's files: what another model of this name has drafted is not continued;
            empty where that is not known.

    Raises:
        BadRequest: A value is out of its range.
    """

    model: str
    beams: int = 4
    hypotheses: int = 1
    sample: bool = False
    temperature: float = 0.5
    top_p: float = 0.9
    seed: int = 42
    model_sha256: str = ""

    def __post_init__(self) -> None:
        check_hypotheses(self.decoding(), self.hypotheses, self.sampling(0))

    def decoding(self) -> Decoding:
        """The decoding settings."""
        return Decoding(beams=1 if self.sample else self.beams)

    def sampling(self, first: int) -> Sampling | None:
        """The drawing of the chunk that begins with text number `first`."""
        seed = (self.seed + first) % 2**31
        return Sampling(top_p=self.top_p, temperature=self.temperature, seed=seed) if self.sample else None


def label(
    examples: Sequence[Example],
    drafting: Drafting,
    teacher: Callable[[], Summarizer],
    out: Path,
    wanted: str = "all",
    batch_tokens: int | None = None,
    on_done: Callable[[int], None] = lambda count: None,
) -> dict[str, Any]:
    """Let the teacher summarise texts, refine what it writes, and write it as training data.

    Args:
        examples: The texts; their own summaries, where they have any, are kept as `source_summary`.
        drafting: How the teacher writes.
        teacher: Loads the teacher; not called where nothing is left to draft.
        out: The jsonl file to write: `document`, `summary`, `model`, `hypothesis` (which draft it was, from
            0), `rules` (the reason of each rule that touched it) and perhaps `source_summary`. It is there
            once all is done.
        wanted: The rules, as in `choose_rules`.
        batch_tokens: Most input tokens in one batch, padding included; None for the usual.
        on_done: Called after each batch; an exception it raises ends the labelling, which can continue from
            there later.

    Returns:
        `written`, `rejected` (texts without a draft that passes), `report` (see `rules.report`), `out`,
        `drafts`.

    Raises:
        BadConfig: A rule, or the name of the file or its folder.
        RunConflict: The file is another labelling's, or being written.
    """
    is_new(out, wanted)
    chosen, journal = rules.choose_rules(wanted), _journal(out)
    header = {**asdict(drafting), "texts": len(examples), "data_sha256": Examples(list(examples)).digest}
    if not drafting.model_sha256:  # nobody said
        del header["model_sha256"]
    with DraftJournal(journal) as drafted:
        drafts = drafted.read(header, CHUNK)
        _draft(examples, drafts, drafting, teacher, drafted, batch_tokens or BATCH_TOKENS, on_done)
        rows, report = refine_drafts(examples, drafts, chosen, drafting.model)
        answer = write_refined(out, len(examples), rows, report)
    return {**answer, "drafts": str(journal.resolve())}


def is_new(out: Path, wanted: str = "all") -> bool:
    """Whether nothing was drafted for this file yet; its folder is made.

    Costs nothing, so it is asked before the teacher is loaded and the data read.

    Raises:
        BadConfig: A rule, or the name of the file or its folder.
        RunConflict: The file or its report was not written by a labelling.
    """
    rules.choose_rules(wanted)
    new = not _journal(out).exists()
    prepare(out, ours=not new)
    return new


def _journal(out: Path) -> Path:
    return out.with_suffix(".drafts.jsonl")


def refine_drafts(
    examples: Sequence[Example],
    drafts: Sequence[Sequence[str]],
    chosen: Mapping[str, rules.Rule],
    model: str,
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The first draft of each text that passes, as a row of training data; and the rules' report."""
    rows, judged = [], []
    for example, texts in zip(examples, drafts, strict=True):
        for place, text in enumerate(texts):
            outcome = rules.apply_rules(example.document, text, chosen)
            judged.append(rules.JudgedDraft(example.document, text, outcome))
            if outcome.text:
                own = {"source_summary": example.summary} if example.summary else {}
                row = {"document": example.document, "summary": outcome.text, **own}
                rows.append({**row, "model": model, "hypothesis": place, "rules": outcome.touched})
                break
    return rows, rules.report(judged)


def _draft(
    examples: Sequence[Example],
    drafts: list[list[str]],
    drafting: Drafting,
    teacher: Callable[[], Summarizer],
    journal: DraftJournal,
    batch_tokens: int,
    on_done: Callable[[int], None],
) -> None:
    """Draft what is missing in `drafts`, chunk by chunk."""
    before = len(drafts)
    if before == len(examples):
        return
    summarizer, start = teacher(), time.monotonic()
    if before:
        log.info("Continuing after %d of %d texts", before, len(examples))
    for first in range(before, len(examples), CHUNK):
        texts = [example.document for example in examples[first : first + CHUNK]]
        readable = [text for text in texts if _is_readable(text)]
        written = summarizer.summarize_many(
            readable,
            drafting.decoding(),
            hypotheses=drafting.hypotheses,
            sampling=drafting.sampling(first),
            batch_tokens=batch_tokens,
            on_done=on_done,
        )
        found = dict(zip(readable, written, strict=True))
        chunk = [[draft.text for draft in found.get(text, ())] for text in texts]
        drafts += chunk
        journal.append(first, chunk)
        rate = (len(drafts) - before) / max(1e-6, time.monotonic() - start)
        left = (len(examples) - len(drafts)) / rate
        log.info("%d of %d texts, %.2f a second, %s left", len(drafts), len(examples), rate, _time(left))


def _is_readable(text: str) -> bool:
    """Whether a model can be given the text: one bad text must not end the whole labelling."""
    try:
        clean(text)
    except BadRequest as problem:
        log.warning("A text is left out: %s", problem)
        return False
    return True


def _time(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
