import itertools

import pytest

from models.errors import BadRequest
from models.text.tidying import CHARACTER_LIMIT, blank, clean, divide, finish, without_dateline


@pytest.mark.parametrize("text", ["", "  \n\t ", "\0\x07", "\u200b\u2060", "\ud800"[:0]])
def test_no_text_is_refused(text: str) -> None:
    assert blank(text)
    with pytest.raises(BadRequest, match="Paste a text first"):
        clean(text)


def test_what_is_not_text_is_refused() -> None:
    with pytest.raises(BadRequest, match="NoneType"):
        clean(None)  # type: ignore[arg-type]


def test_the_limit_is_a_million_characters() -> None:
    assert len(clean("a" * CHARACTER_LIMIT)) == CHARACTER_LIMIT
    with pytest.raises(BadRequest, match=r"1,000,001 characters; 1,000,000"):
        clean("a" * (CHARACTER_LIMIT + 1))


def test_control_characters_and_half_pairs_go_and_the_rest_stays() -> None:
    assert clean(" a\x00b\x1b[0m\r\nc\td \x9f") == "a b [0m \nc\td"
    assert clean("x\ud83dy") == "x?y"
    assert clean("<b>日本語</b> 🙂 שלום") == "<b>日本語</b> 🙂 שלום"


def test_a_text_cut_by_the_longest_length_keeps_its_whole_sentences() -> None:
    assert finish(" he ran. then mr. ", "", cut=True) == "he ran."
    assert finish(" he ran. then mr. ", "") == "he ran. then mr."
    assert finish(" then mr. ", "", cut=True) == "then mr."


def test_initials_that_are_whole_in_the_source_are_not_torn() -> None:
    source = "He ran in the U.S. and took vitamin C. Then he slept."
    assert finish("he ran. he slept in the u.", source) == "he ran."
    assert finish("he slept in the u.", source) == "he slept in the u."
    for whole in ("he ran. it was the u.s.", "he ran. he took vitamin c.", "he ran. he saw malcolm x."):
        assert finish(whole, source) == whole


NAMES = (
    "He slept. Grandson of the oil tycoon J. Paul Getty, he died. George W. Bush said so. He rose at 5 a.m. "
    "on Monday. He works for Apple Inc., which is big. He took vitamin C. Researchers slept. It was plan B. "
    "Obama ran. She joined the U.S. Officials know. He got a D. Students cheer, as students do."
)


@pytest.mark.parametrize(
    "end", ["grandson of the oil tycoon j.", "george w.", "he rose at 5 a.m.", "he works for apple inc."]
)
def test_a_name_or_an_abbreviation_that_the_source_goes_on_with_is_no_end(end: str) -> None:
    assert finish(f"bea ran. {end}", NAMES) == "bea ran."


def test_without_capitals_nobody_can_tell_a_name_from_the_next_sentence() -> None:
    for end in ("bea ran. grandson of the oil tycoon j.", "bea ran. he rose at 5 a.m."):
        assert finish(end, NAMES.lower()) == end


@pytest.mark.parametrize(
    "end", ["he took vitamin c.", "it was plan b.", "she joined the u.s.", "he got a d."]
)
def test_a_sentence_may_end_with_a_letter(end: str) -> None:
    assert finish(f"bea ran. {end}", NAMES) == f"bea ran. {end}"


@pytest.mark.parametrize("end", ["at the new", "new “market", "in paris, at the", "new “marke", "paris,"])
def test_a_sentence_that_the_source_goes_on_with_is_left_out(end: str) -> None:
    source = "Bea slept. Then Al ran in Paris, at the new “market hall” of 2,000 people. Cy sat."
    text = source[: source.lower().index(end) + len(end)].lower()
    assert finish(text, source) == "bea slept."
    assert finish(text, "Something else.") == text  # headlines end without a full stop
    assert finish("bea slept. then al ran in paris, at the new market hall of 2,000 people", source).endswith(
        "people"
    )


@pytest.mark.parametrize(
    "end",
    [
        "world no.",
        "shares of apple inc.",
        "apple inc. on jan.",
        "on jan. 5 to mr.",
        "mr. smith for 14.",
        "14.9 of bo'",
    ],
)
def test_a_sentence_that_stops_at_an_abbreviation_is_left_out(end: str) -> None:
    source = "It rained. World No. 1 sold his shares of Apple Inc. on Jan. 5 to Mr. Smith for 14.9 of Bo 's."
    assert finish(f"it rained. {end}", source) == "it rained."
    assert finish(f"it rained. {end}", "He works at Apple Inc. It is big.") == f"it rained. {end}"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("baghdad , iraq ( cnn ) -- dressed", "dressed"),
        ("New Delhi (CNN) In an", "In an"),
        ("( the hollywood reporter ) albert", "albert"),
        ("paris ( wired ) -- it", "it"),
        ("a man ( born 1920 ) was", "a man ( born 1920 ) was"),
        ("he said . london ( cnn ) is", "he said . london ( cnn ) is"),
        ("WASHINGTON, Nov. 3 (Reuters) - It rained.", "It rained."),
        ("St. Louis (CNN) -- it", "it"),
        ("CAIRO (AP) _ It rained.", "It rained."),
        ("The Federal Police (AFP) said so.", "The Federal Police (AFP) said so."),
        ("Federal Police (AFP) officers said so.", "Federal Police (AFP) officers said so."),
        ("the wire (2002-2008) -- a drama -- is old", "the wire (2002-2008) -- a drama -- is old"),
        ("(CNN)", "(CNN)"),
    ],
)
def test_a_dateline_is_left_out(text: str, rest: str) -> None:
    assert without_dateline(text) == rest


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("London (CNN)Tour groups met.", "Tour groups met."),
        ("St. Louis, Nov. 3 (Reuters) - It rained.", "It rained."),
        ("Angela Merkel (the chancellor) -- in office since 2005 -- resigned.", None),
        ("(Un)expected results came in.", None),
        ("London (CNN) -- \u200b", None),
    ],
)
def test_only_an_agency_s_dateline_is_sure(text: str, rest: str | None) -> None:
    assert without_dateline(text, sure=True) == (rest or text)


def test_what_fits_is_not_divided() -> None:
    assert divide(10, [3, 7], 10) == [(0, 10)]


def test_pieces_end_at_the_sentence_nearest_to_equal_shares() -> None:
    # 20 tokens in pieces of 12: two pieces, 10 each would be equal; the sentence end at 9 is nearest.
    assert divide(20, [4, 9, 12, 17], 12) == [(0, 9), (9, 20)]


def test_a_sentence_too_long_is_cut_hard() -> None:
    assert divide(25, [], 10) == [(0, 9), (9, 17), (17, 25)]
    assert divide(25, [2], 10) == [(0, 2), (2, 10), (10, 18), (18, 25)]


@pytest.mark.parametrize("length", [1, 99, 1000, 12_345])
def test_pieces_cover_everything_and_fit(length: int) -> None:
    pieces = divide(length, list(range(0, length, 7)), 50)
    assert pieces[0][0] == 0
    assert pieces[-1][1] == length
    assert all(left[1] == right[0] for left, right in itertools.pairwise(pieces))
    assert all(0 < end - start <= 50 for start, end in pieces)


def test_the_reader_gets_it_stripped() -> None:
    assert finish("  a b ", "") == "a b"
