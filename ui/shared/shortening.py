"""How a text begins, where there is room for a line of it only."""

_LOOKED_AT = 4  # times the room: in there are spaces enough to leave out, and a text may have a million
_NEAR = 0.5  # of the room: a space further on is where the line ends


def shortened(text: str, most: int) -> str:
    """A text in one line of so many characters at most, with "…" where it goes on.

    It ends with a word, or where no space is near, as in Chinese or a long address, with a character.
    """
    text = text.strip()
    looked_at = text[: _LOOKED_AT * most]
    line = " ".join(looked_at.split())
    if len(line) <= most and len(looked_at) == len(text):
        return line
    space = line.rfind(" ", int(_NEAR * most), most)
    return f"{line[: most - 1 if space < 0 else space].rstrip()}…"
