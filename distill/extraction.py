"""Which of a document's own sentences say what its summary says."""

import re
from collections import Counter

_END = re.compile(r"[.!?](?:\s*[\"'”’)])?(?=\s|$)")
# A full stop after these does not end a sentence: initials, and titles that stand before a name.
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:(?:[a-z]\.)*[a-z]|mr|mrs|ms|dr|st|gov|sens?|reps?|gen|lt|col|sgt|capt|maj|cpl|rev|adm|brig)$",
    re.IGNORECASE,
)
_DATELINE = re.compile(
    r"""[^.!?()"]{0,40}\(\s*(?:cnn|reuters|ap|afp)\s*\)\s*(?:--|[—–-])?\s*  # Baghdad (CNN)
    |[^.!?()"]{0,40}\([^()]{2,40}\)\s*(?:--|[—–])\s*                       # Paris, France (Wired) --
    |\([^()]{2,40}\)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_WORD = re.compile(r"[a-z0-9]+")


def sentence_ends(text: str) -> list[int]:
    """The places after the text's whole sentences."""
    ends = []
    for match in _END.finditer(text):
        if match[0] == "." and _ABBREVIATION.search(text, 0, match.start()):
            continue
        opens = match[0].endswith('"') and text.count('"', 0, match.end()) % 2 == 1
        ends.append(match.start() + 1 if opens else match.end())  # an opening quote belongs to the next one
    return ends


def sentences(text: str) -> list[str]:
    """The whole sentences of a text; an unfinished last one is left out."""
    ends = sentence_ends(text)
    return [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]


def without_dateline(text: str) -> str:
    """The text without the place and agency a news story opens with: "Baghdad, Iraq (CNN) --"."""
    opening = _DATELINE.match(text)
    return text[opening.end() :] if opening else text


def oracle(document: str, summary: str) -> str:
    """The sentences of the document that together match the summary best, in the document's order.

    Greedy, by the F1 of shared words, until no further sentence improves it: Nallapati, Zhai & Zhou (2017),
    SummaRuNNer, arXiv:1611.04230. The first sentence where none shares a word.
    """
    found = sentences(without_dateline(document))
    # Half of a quotation that spans sentences would teach to write stray quotation marks.
    candidates = [sentence for sentence in found if sentence.count('"') % 2 == 0] or found
    wanted = _words(summary)
    counts = [_words(sentence) for sentence in candidates]
    chosen: list[int] = []
    best = 0.0
    while True:
        covered = sum((counts[index] for index in chosen), Counter())
        scored = [(_f1(covered + counts[i], wanted), -i) for i in range(len(candidates)) if i not in chosen]
        score, index = max(scored, default=(0.0, 0))
        if score <= best:
            return " ".join(candidates[i] for i in sorted(chosen)) or next(iter(candidates), document)
        best = score
        chosen.append(-index)


def _words(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.lower()))


def _f1(found: Counter[str], wanted: Counter[str]) -> float:
    shared = (found & wanted).total()
    return 2 * shared / max(1, found.total() + wanted.total())
