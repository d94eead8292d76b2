"""Whether a summary is made of its text's own sentences, unchanged, or is its beginning."""

from itertools import accumulate, pairwise

from distill.rules.verdict import Verdict, accept, reject
from distill.tasks.summarize.words import split_words
from models.text.sentences import sentence_ends
from models.text.tidying import without_dateline

_BEGINNING = 1.25  # words of it for each of the summary's
_LONG = 4  # characters of the source for each of the summary's, in which these are found


def opening(source: str, summary: str, *, most: float = 1.0) -> Verdict:
    """Rejects a summary of whose word pairs a larger share than `most` stand in the source's beginning.

    As the beginning count its first words, a quarter more than the summary has. The default lets all pass.
    """
    own = split_words(summary)
    first = split_words(without_dateline(source[: _LONG * len(summary)]))[: round(_BEGINNING * len(own))]
    known, pairs = set(pairwise(first)), list(pairwise(own))
    share = sum(pair in known for pair in pairs) / max(1, len(pairs))
    return reject(summary, f"{share:.0%} from the beginning") if share > most else accept(summary)


def extract(source: str, summary: str, *, allowed: int = 1) -> Verdict:
    """With `allowed=0` rejects a summary that consists of whole sentences of the source only."""
    if allowed or not copies_sentences(summary, source):
        return accept(summary)
    return reject(summary, "whole sentences of the text only")


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
