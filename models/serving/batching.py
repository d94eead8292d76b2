"""Which texts are summarised together."""

from collections.abc import Iterator, Sequence

from models.decoding import Decoding

BATCH_TOKENS = 4096
"""Input tokens of a batch, padding included, unless told otherwise."""


def buckets(
    lengths: Sequence[int], decoding: Decoding, batch_tokens: int
) -> Iterator[tuple[list[int], Decoding]]:
    """Divide inputs into batches of similar length, the longest first: memory runs out at once or never.

    Args:
        lengths: Tokens of each input.
        decoding: Generation settings as asked for.
        batch_tokens: What a batch holds at most: its inputs times the longest one's tokens. An input of more
            is a batch of its own.

    Yields:
        The places of a batch's inputs in `lengths`, and the settings settled for these: equal for all of
        them, so that each is summarised as it would be alone.
    """
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch:
            longest = lengths[batch[0]]
            settled = decoding.settled(longest)
            if (len(batch) + 1) * longest > batch_tokens or decoding.settled(lengths[place]) != settled:
                yield batch, settled
                batch = []
        batch.append(place)
    if batch:
        yield batch, decoding.settled(lengths[batch[0]])
