"""Whether a summary is made of its text's own sentences, unchanged."""

from itertools import accumulate, pairwise

from distill.tasks.summarize.words import split_words
from models.text.sentences import sentence_ends
from models.text.tidying import without_dateline


def copies_sentences(summary: str, document: str) -> bool:
    """Whether a summary consists of whole sentences of the document only.

    Case, punctuation and spaces do not count; an unfinished sentence does not count as whole unless the
    document stops there as well.
    """
    found = _sentences(summary)
    return bool(found) and set(found) <= {key for form in _forms(document) for key in _sentences(form)}


def is_lead(summary: str, document: str) -> bool:
    """Whether a summary is the document's first sentences, likewise; its dateline may be missing."""
    whole = "".join(_sentences(summary))
    return bool(whole) and any(whole in accumulate(_sentences(form)) for form in _forms(document))


def _forms(document: str) -> tuple[str, str]:
    return document, without_dateline(document)


def _sentences(text: str) -> list[str]:
    """The letters of each sentence; what has none is left out."""
    ends = sentence_ends(text)
    bounds = [0, *ends, len(text)]
    keys = ("".join(split_words(text[start:end])) for start, end in pairwise(bounds))
    return [key for key in keys if key]
