"""Where the sentences of a text end."""

import re

_SENTENCE_END = re.compile(r"[.!?…](?:[\"'”’»“)\]]+|\s*[\"'”’)])?(?=\s|$)|[।۔؟](?=\s|$)|[。！？][”’」』）]*")
# A full stop after these mostly ends no sentence: initials, titles that stand before a name, short forms.
TITLES = "mr|mrs|ms|dr|st|prof|gov|sens?|reps?|gen|lt|col|sgt|capt|maj|cpl|rev|adm|brig"
SHORT_FORMS = "jr|sr|inc|corp|co|ltd|bros|vs|jan|feb|aug|sept|oct|nov|dec"
_ABBREVIATION = re.compile(rf"(?<!\w)(?:(?:[a-z]\.)*[a-z]|{TITLES}|{SHORT_FORMS})$", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)no$", re.IGNORECASE)  # "No. 1"
_LONGEST_ABBREVIATION = 20


OPENERS = (
    "an?|the|that|this|th[eo]se|s?he|it|we|they|you|his|her|its|our|their|in|on|at|of|for|to|by|from|with|as"
    "|and|but|or|if|when|while|after|before|since|is|are|was|were|not?"
)
"""Words whose capital, at a sentence's start, is the sentence's."""


def sentence_ends(text: str) -> list[int]:
    """The places (in characters) right after each whole sentence of a text."""
    ends, quotes, counted = [], 0, 0
    for match in _SENTENCE_END.finditer(text):
        if match[0] == "." and _abbreviates(text, match.start()):
            continue
        quotes += text.count('"', counted, match.end())
        counted = match.end()
        # After a space it may be an opening mark, which belongs to the next one.
        opens = match[0].endswith('"') and match[0][1].isspace() and quotes % 2 == 1
        ends.append(match.start() + 1 if opens else match.end())
    return ends


def stops(text: str) -> list[int]:
    """The places where a text is best cut: right after each sentence and each line."""
    lines = (place for place, character in enumerate(text, 1) if character == "\n")
    return sorted({*sentence_ends(text), *lines})


def _abbreviates(text: str, stop: int) -> bool:
    """Whether the full stop at a place belongs to the word before it."""
    start = max(0, stop - _LONGEST_ABBREVIATION)  # scanning the whole text each time would take forever
    if _NUMBER.search(text, start, stop):
        return text[stop + 1 : stop + 3].lstrip()[:1].isdigit()
    return _ABBREVIATION.search(text, start, stop) is not None
