"""Whether the fast engine writes and scores as the reference does, and what int8 costs in quality."""

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any, cast

from distill.data import Example, load_unseen
from distill.errors import BadConfig
from distill.stats import interval, mean_interval, points
from distill.tasks.summarize.evaluation import rouge_l
from models.decoding import Decoding
from models.serving import measure
from models.serving.pool import ModelPool
from models.serving.summarizer import Summarizer
from models.settings import Settings
from models.store.catalogue import split_engine

if TYPE_CHECKING:
    from models.engines.ctranslate import CTranslate2Engine
    from models.engines.pytorch import TorchEngine

log = logging.getLogger(__name__)
NEAR_TIE = 0.01
"""Two tokens are nearly tied if their log-probabilities differ by less: probabilities 1% apart."""
LOG_LIMIT = 0.01
"""Log-probabilities of one token that differ by less are the same: rounding moves them by some 0.00001."""
SHARE = 0.98
"""Share of articles on which the engines must agree."""
ROUGE_LIMIT = 0.003
"""How far int8's mean ROUGE-L (F1, 0 to 1) may differ from float32's and still count as equal."""
_LOG_EVERY = 20


@dataclass(frozen=True)
class Difference:
    """One article that the engines summarise differently.

    Args:
        article: Its number, from 0.
        token: Place of the first token that differs, from 0.
        ctranslate2: That token's text.
        torch: The reference's token there.
        gap: Torch's log-probability of its own token minus that of the other one, in nats.
    """

    article: int
    token: int
    ctranslate2: str
    torch: str
    gap: float

    @property
    def near_tie(self) -> bool:
        """Whether rounding decided."""
        return abs(self.gap) < NEAR_TIE


def agree(
    name: str, source: str, settings: Settings, *, n: int = 100, rouge_texts: int = 0, **columns: Any
) -> dict[str, Any]:
    """Compare CTranslate2 with torch, both in float32; and int8 with float32, as they are judged.

    Greedy tokens alone would not do: beams and drawing look at the probabilities, and an engine that softens
    all of them alike writes the same greedy tokens.

    Args:
        name: A model, without an engine.
        source: Texts, as in `distill.data.load_unseen`.
        n: Texts to compare tokens on.
        rouge_texts: Texts to compare int8's ROUGE-L with float32's on, with 4 beams; 0 for none.
        **columns: `document_column` and `summary_column`.

    Returns:
        `model`, `n`, `same`, `differences` (the fields of `Difference` and `near_tie`),
        `log_probability_gap` (the largest difference between what the engines think of one of the
        reference's tokens, in nats), `rouge` (see `_compare_quality`; None without `rouge_texts`), `met`
        (whether the limits of this file hold).

    Raises:
        BadConfig: The name chooses an engine, or a number is out of range.
        DistillError: The model or the data cannot be used.
    """
    if split_engine(name, settings)[1:] != ("auto", "auto"):
        raise BadConfig(f"agree compares the engines themselves; name the model alone, not {name!r}.")
    if n < 1 or rouge_texts < 0:
        raise BadConfig(
            f"n is {n} and rouge {rouge_texts}; compare at least one text, and ROUGE on 0 or more."
        )
    rows = load_unseen(source, limit=max(n, rouge_texts), settings=settings, **columns).rows
    pool = ModelPool(settings)
    texts = [row.document for row in rows[:n]]
    differences, log_gap = _compare_tokens(pool, name, texts)
    quality = _compare_quality(pool, name, rows[:rouge_texts]) if rouge_texts else None
    same = len(texts) - len(differences)
    met = same >= SHARE * len(texts) and all(found.near_tie for found in differences) and log_gap < LOG_LIMIT
    return {
        "model": name,
        "n": len(texts),
        "same": same,
        "differences": [{**asdict(found), "near_tie": found.near_tie} for found in differences],
        "log_probability_gap": log_gap,
        "rouge": quality,
        "met": met and (quality is None or abs(quality["difference"]["f"]) < ROUGE_LIMIT),
    }


def _compare_tokens(pool: ModelPool, name: str, texts: Sequence[str]) -> tuple[list[Difference], float]:
    """The texts whose greedy tokens differ, and the largest gap between the tokens' log-probabilities."""
    fast, reference = (pool.get(name, f"{engine}:float32") for engine in ("ctranslate2", "torch"))
    differences, log_gap = [], 0.0
    for article, text in enumerate(texts):
        ids = fast.token_ids(text)
        decoding = fast.settled(Decoding(beams=1), len(ids))
        with measure.INFERENCE_LOCK:
            found = fast.engine.generate(ids, decoding)
            expected = reference.engine.generate(ids, decoding)
            if found != expected:
                differences.append(_difference(reference, article, ids, found, expected))
            log_gap = max(log_gap, _log_gap(fast, reference, ids, expected))
        if (article + 1) % _LOG_EVERY == 0 or article + 1 == len(texts):
            log.info("%s: %d of %d texts, %d differ", name, article + 1, len(texts), len(differences))
    return differences, log_gap


def _log_gap(fast: Summarizer, reference: Summarizer, ids: list[int], summary: list[int]) -> float:
    """The largest difference between the log-probabilities of a summary's tokens and of its end."""
    quick, exact = cast("CTranslate2Engine", fast.engine), cast("TorchEngine", reference.engine)
    pairs = zip(quick.score(ids, summary), exact.score(ids, summary), strict=True)
    return max(abs(mine - theirs) for mine, theirs in pairs)


def _difference(
    reference: Summarizer, article: int, ids: list[int], found: list[int], expected: list[int]
) -> Difference:
    pairs = zip(found, expected, strict=False)
    place = next((place for place, (a, b) in enumerate(pairs) if a != b), min(len(found), len(expected)))
    end = ids[-1]  # the one that stopped here chose the end token, which closes inputs too
    chosen, wanted = ((tokens[place] if place < len(tokens) else end) for tokens in (found, expected))
    engine = cast("TorchEngine", reference.engine)
    scores = engine.log_probabilities(ids, expected[:place])
    return Difference(
        article, place, reference.piece(chosen), reference.piece(wanted), scores[wanted] - scores[chosen]
    )


def _compare_quality(pool: ModelPool, name: str, examples: Sequence[Example]) -> dict[str, Any]:
    """ROUGE-L of `int8` and `float32`, the paired `difference` with its interval, `same_texts`, `n`."""
    documents = [example.document for example in examples]
    texts, scores = {}, {}
    for dtype in ("float32", "int8"):
        summarizer = pool.get(name, f"ctranslate2:{dtype}")
        log.info("%s in %s: %d summaries", name, dtype, len(documents))
        texts[dtype] = [draft.text for [draft] in summarizer.summarize_many(documents)]
        pairs = zip(texts[dtype], examples, strict=True)
        scores[dtype] = [rouge_l(text, example.summary) for text, example in pairs]
    paired = list(zip(scores["int8"], scores["float32"], strict=True))
    return {
        "n": len(documents),
        **{dtype: fmean(values) for dtype, values in scores.items()},
        "difference": mean_interval([small - full for small, full in paired], (-1.0, 1.0)),
        "same_texts": sum(small == full for small, full in zip(texts["int8"], texts["float32"], strict=True)),
    }


def agreement_table(result: dict[str, Any]) -> str:
    """The result for people to read."""
    lines = [
        f"{result['model']}: greedy float32 tokens of ctranslate2 and torch are the same for "
        f"{result['same']} of {result['n']} texts (wanted: {SHARE:.0%})",
        f"  log-probabilities of the same token are {result['log_probability_gap']:.6f} apart at most "
        f"(wanted: under {LOG_LIMIT})",
    ]
    for found in result["differences"]:
        kind = "near tie" if found["near_tie"] else "NO near tie"
        lines.append(
            f"  text {found['article']:4} token {found['token']:3}: ctranslate2 {found['ctranslate2']!r}, "
            f"torch {found['torch']!r}, log-probabilities {found['gap']:.6f} apart: {kind}"
        )
    if quality := result["rouge"]:
        lines.append(
            f"ROUGE-L (F1 × 100) of int8 {points(quality['int8'])}, of float32 {points(quality['float32'])} "
            f"on {quality['n']} texts: difference {interval(quality['difference'], signed=True)}, wanted: "
            f"under {points(ROUGE_LIMIT)}; {quality['same_texts']} summaries are the same"
        )
    return "\n".join(lines)
