"""Picture: what an item shows beside its words, known by the hash of its bytes."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from quizapp.rules.items import Item

LARGEST = 500_000  # bytes


@dataclass(frozen=True)
class Picture:
    """Bytes that were looked at: of this media type, so wide and so high (pixels; of a drawing only their ratio counts)."""

    media_type: str
    width: int
    height: int
    data: bytes

    @cached_property
    def content_hash(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def named(items: Sequence[Item], above: str = "") -> Iterator[tuple[str, str]]:
    """(the place of the field in the bank, the picture's path) of every item that names one, a case's own items too."""
    for n, item in enumerate(items):
        if item.image:
            yield f"{above}items.{n}.image", item.image
        yield from named(item.items, f"{above}items.{n}.")
