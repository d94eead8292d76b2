"""Where the sentences of a text end."""

import re

_SENTENCE_END = re.compile(r"[.!?…](?:[\"'”’»)\]]+|\s*[\"'”’)])?(?=\s|$)|[。！？][”’」』）]*")
# A full stop after these does not end a sentence: initials, and titles that stand before a name.
_ABBREVIATION = re.compile(
    r"(?<!\w)(?:(?:[a-z]\.)*[a-z]|mr|mrs|ms|dr|st|gov|sens?|reps?|gen|lt|col|sgt|capt|maj|cpl|rev|adm|brig)$",
    re.IGNORECASE,
)
_LONGEST_ABBREVIATION = 20


def sentence_ends(text: str) -> list[int]:
    """The places (in characters) right after each whole sentence of a text."""
    ends, quotes, counted = [], 0, 0
    for match in _SENTENCE_END.finditer(text):
        before = match.start() - _LONGEST_ABBREVIATION  # the whole text each time would take for ever
        if match[0] == "." and _ABBREVIATION.search(text, before, match.start()):
            continue
        quotes += text.count('"', counted, match.end())
        counted = match.end()
        opens = match[0].endswith('"') and quotes % 2 == 1
        ends.append(match.start() + 1 if opens else match.end())  # an opening quote belongs to the next one
    return ends


def stops(text: str) -> list[int]:
    """The places where a text is best cut: right after each sentence and each line."""
    lines = (place for place, character in enumerate(text, 1) if character == "\n")
    return sorted({*sentence_ends(text), *lines})
