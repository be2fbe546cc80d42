"""The pictures of question banks: kept once by the hash of their bytes, found by a bank's version and their path."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, NotFound
from quizapp.models.banks import BankImage, BankVersion
from quizapp.models.base import insert_into
from quizapp.rules.items import Bank
from quizapp.rules.pictures import Picture, named
from quizapp.services.kept import Kept

ADDRESS = "/pictures/"
Stored = dict[str, list[str | int]]
"""{path: [content hash, width, height]}, as a version of a bank keeps it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a browser gets a picture, and how wide and high it is."""

    address: str
    width: int
    height: int


_shown: Kept[str, dict[str, Shown]] = Kept(64)
_pictures: Kept[str, tuple[str, bytes]] = Kept(64)


def keep(session: Session, bank: Bank, given: Mapping[str, Picture]) -> Stored:
    """Store the pictures that a bank names; one that is not given is taken from the bank's newest version that had it.

    Raises Invalid naming every one that is lacking.
    """
    paths = sorted({path for _, path in named(bank.items)})
    earlier = _earlier(session, bank.code) if any(path not in given for path in paths) else {}
    lacking = [path for path in paths if path not in given and path not in earlier]
    if lacking:
        raise Invalid(
            "题库缺少图片：{paths}", paths="、".join(lacking), errors=[("file", f"缺少 {path}") for path in lacking]
        )
    used = {path: given[path] for path in paths if path in given}
    for picture in used.values():
        values = {"content_hash": picture.content_hash, "media_type": picture.media_type, "data": picture.data}
        session.execute(insert_into(session, BankImage).values(**values).on_conflict_do_nothing())
    fresh: Stored = {path: [picture.content_hash, picture.width, picture.height] for path, picture in used.items()}
    return {path: fresh.get(path) or earlier[path] for path in paths}


def _earlier(session: Session, code: str) -> Stored:
    found: Stored = {}
    for images in session.scalars(
        select(BankVersion.images)
        .where(BankVersion.code == code, BankVersion.images.is_not(None))
        .order_by(BankVersion.id)
    ):
        found |= images or {}
    return found


def shown_by_bank(session: Session | Connection, banks: Mapping[str, str]) -> dict[str, dict[str, Shown]]:
    """{bank code: {path: picture}} for {bank code: content hash}, from memory after the first time."""
    return {code: _of_version(session, content_hash) for code, content_hash in banks.items()}


def _of_version(session: Session | Connection, content_hash: str) -> dict[str, Shown]:
    found = _shown.get(content_hash)
    if found is None:
        images: Stored = (
            session.execute(select(BankVersion.images).where(BankVersion.content_hash == content_hash)).scalar() or {}
        )
        found = {
            path: Shown(f"{ADDRESS}{name}", int(width), int(height)) for path, (name, width, height) in images.items()
        }
        _shown.put(content_hash, found)
    return found


def read(session: Session, content_hash: str) -> tuple[str, bytes]:
    """(media type, bytes). Raises NotFound."""
    found = _pictures.get(content_hash)
    if found is None:
        row = session.execute(
            select(BankImage.media_type, BankImage.data).where(BankImage.content_hash == content_hash)
        ).one_or_none()
        if row is None:
            raise NotFound("没有这张图片")
        found = (row.media_type, row.data)
        _pictures.put(content_hash, found)
    return found


def of_version(session: Session, version: BankVersion) -> dict[str, bytes]:
    """{path: bytes} of a version, to be taken home with it."""
    return {path: read(session, str(name))[1] for path, (name, _, _) in (version.images or {}).items()}
