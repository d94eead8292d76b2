"""Every step that a visitor's text goes through takes time by its length, and not by its square.

What is compared is the processor time of one thread for a text and for one four times as long, so that
nothing else on the machine counts; what is done in a few milliseconds anyway is fast enough.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from distill.rules import RULES, choose_rules
from distill.rules.clauses import condensed
from distill.rules.fragments import fragments
from distill.tasks.summarize import evaluation, extraction
from distill.tasks.summarize.words import first_words, split_words
from models.errors import BadRequest
from models.text.casing import Casing, pair_quotes
from models.text.genre import unlike_news
from models.text.sentences import sentence_ends, stops
from models.text.spelling import Spelling
from models.text.tidying import clean, divide, finish, without_dateline
from ui.shared import rendering
from ui.shared.words import overlap

SHORT, TIMES = 2_000, 4
FAST = 0.02  # seconds
MOST = 8  # times as long for a text four times as long; a square would be 16
UNITS = (
    " ", "\n", "\u2028", '"', "'", "’", "(", "“", "„", "-", "—", ".", ". ", "!", "! ", "a", "A ", "_", "1",
    "1 , ", "a.", "a'", " 's", " n't", "'s ", "a-", "a - ", '"a" ', '" ', "“a”", "mr. ", "(cnn) ", "日",
    "\u0301\u0323", "\x00", "<", "Aa bb cc. ", "A b\n", "</s>",
)  # fmt: skip
AROUND = (("a", "b"), ("A word. (", "! x"), ("", ""))
ARTICLE = "Anna walked with Boris Nemtsov on Friday . She said “no” to the man (again)."
SUMMARY = 'anna walked with boris nemt on friday. mr. smith said "yes" in the u.s. a'

LINES = "Anna: a line of words that say nothing\n" * 5

Step = Callable[[str], Any]
# The last five need a limit to do anything.
WORKING = (
    *RULES,
    "support:share=0.8",
    "grounded:most=50",
    "salient:most=45",
    "opening:most=0",
    "extract:allowed=0",
)
STEPS: dict[str, Step] = {
    "clean": clean,
    "dateline": lambda text: (without_dateline(text), without_dateline(text, sure=True)),
    "sentences": sentence_ends,
    "stops": stops,
    "divide": lambda text: divide(len(text), stops(text), 500),
    "finish by the source": lambda text: [finish(end, text) for end in ("a a a a.", "a,", "a’", "A.", "mr.")],
    "finish": lambda text: (finish(text, ARTICLE), finish(text, ARTICLE, cut=True)),
    "casing": lambda text: Casing(text).restore(SUMMARY),
    "restore": lambda text: Casing(ARTICLE).restore(text),
    "quotes": pair_quotes,
    "spelling": lambda text: Spelling(text).mend(SUMMARY),
    "mend": lambda text: Spelling(ARTICLE).mend(text),
    "overlap with the source": lambda text: overlap(SUMMARY, text),
    "overlap": lambda text: overlap(text, ARTICLE),
    "rouge's sentences": evaluation._sentences,
    "words": split_words,
    "first words": lambda text: first_words(text, 100_000),
    "novelty": lambda text: evaluation.novel_bigrams(text, text),
    "extraction": extraction.sentences,
    "rendering": rendering.working,
    "fragments": lambda text: (fragments(f"The end. {text}", SUMMARY), fragments(f"The end. {text}", text)),
    "clauses": lambda text: condensed(f"The mayor{text} resigned"),
    "kind of text": lambda text: unlike_news(f"{LINES}{text}\nend"),
    **{f"rule {name} on a source": lambda text, name=name: _judge(name, text, SUMMARY) for name in WORKING},
    **{f"rule {name}": lambda text, name=name: _judge(name, ARTICLE, text) for name in WORKING},
}


def _judge(name: str, source: str, summary: str) -> Any:
    return choose_rules(name)[name.partition(":")[0]](source, summary)


def _texts(length: int) -> Iterator[tuple[str, str]]:
    for unit in UNITS:
        for before, after in AROUND:
            yield unit, f"{before}{unit * (length // len(unit))}{after}"


def _seconds(step: Step, text: str, looks: int) -> float:
    found = []
    for _ in range(looks):
        start = time.thread_time()
        with suppress(BadRequest):  # nothing but white space
            step(text)
        found.append(time.thread_time() - start)
        if found[-1] < FAST:
            break
    return min(found)


@pytest.mark.parametrize("name", STEPS)
def test_time_grows_with_the_text(name: str) -> None:
    step = STEPS[name]
    for (unit, short), (_, long) in zip(_texts(SHORT), _texts(SHORT * TIMES), strict=True):
        for _ in range(3):
            much = _seconds(step, long, looks=3)
            if much < FAST or much < MOST * _seconds(step, short, looks=3):
                break
        else:
            pytest.fail(
                f"{name} of many {unit!r} takes {much:.2f} s, far more than four times a quarter of them"
            )
