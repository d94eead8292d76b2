"""Fit the weights of the rule `salient` on articles with highlights: `salience.py TRAIN.jsonl.gz`.

Each sentence's worth is how much of the highlights it says for each of its words: half a point for a word, a
point for a pair of words.
"""

import random
import sys
from itertools import pairwise

import numpy as np

from distill.data import load
from distill.rules.salience import features, read
from distill.rules.words import stem, words

_ARTICLES = 5000
_FEWEST = 8  # words that a short sentence counts as


def worth(sentence: str, highlights: str) -> float:
    """How much of the highlights a sentence says, for each of its words."""
    said, wanted = ([stem(word) for word in words(text)] for text in (sentence, highlights))
    telling = {word for word in wanted if len(word) > 3 or word[0].isdigit()}
    pairs = set(pairwise(said)) & set(pairwise(wanted))
    return (len(set(said) & telling) / 2 + len(pairs)) / max(_FEWEST, len(said))


def main(train: str) -> None:
    """Print the weights."""
    rows = list(load(train).rows)
    random.Random(0).shuffle(rows)
    inputs: list[tuple[float, ...]] = []
    worths: list[float] = []
    for row in rows[:_ARTICLES]:
        beginning = read(row.document)
        inputs += features(beginning)
        worths += [worth(sentence, row.summary) for sentence in beginning]
    table = np.column_stack([np.array(inputs, float), np.ones(len(inputs))])
    *weights, _ = np.linalg.lstsq(table, np.array(worths), rcond=None)[0]
    print(", ".join(f"{weight:.3g}" for weight in weights))


if __name__ == "__main__":
    main(sys.argv[1])
