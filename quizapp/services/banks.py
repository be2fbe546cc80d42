"""Question banks: publishing versions, and reading them from memory afterwards."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from quizapp.errors import Invalid, NotFound
from quizapp.models.banks import BankVersion, LawText
from quizapp.models.base import insert_into
from quizapp.rules import papers
from quizapp.rules.items import Bank, Item, Law
from quizapp.rules.papers import Offer, PaperBlueprint
from quizapp.rules.pictures import Picture
from quizapp.services import pictures
from quizapp.services.audit import Actor, record
from quizapp.services.kept import Kept

_ITEMS = TypeAdapter(tuple[Item, ...])
_OF_SOME_KINDS = frozenset({"left", "unit", "alt", "regions", "items", "rubric", "least", "most"})


_kept: Kept[str, tuple[Item, ...]] = Kept(64)
"""Published versions by content hash."""


def import_bank(
    session: Session,
    actor: Actor,
    bank: Bank,
    now: int,
    *,
    publish: bool = True,
    images: Mapping[str, Picture] | None = None,
) -> tuple[BankVersion, bool]:
    """Store a bank as a version, published at once or left for a look first; (version, whether it is new).

    The same items with the same pictures again are the same version. Raises Invalid where a picture is lacking.
    """
    items, kept = _stored(bank), pictures.keep(session, bank, images or {})
    content_hash = hashlib.sha256(orjson.dumps(items) + (orjson.dumps(kept) if kept else b"")).hexdigest()
    version = session.scalar(
        select(BankVersion).where(BankVersion.code == bank.code, BankVersion.content_hash == content_hash)
    )
    is_new = version is None
    if version is None:
        version = BankVersion(
            code=bank.code,
            title=bank.title,
            source=bank.source,
            content_hash=content_hash,
            items=items,
            images=kept,
            item_count=len(items),
            imported_at=now,
        )
        session.add(version)
        session.flush()
    if publish:
        publish_bank(session, actor, version, now)
    return version, is_new


def _stored(bank: Bank) -> list[dict[str, Any]]:
    """The items as they are kept. What only some kinds have is left out elsewhere: a bank without them keeps its hash."""
    items: list[dict[str, Any]] = _ITEMS.dump_python(bank.items, mode="json")
    return [{name: value for name, value in item.items() if value or name not in _OF_SOME_KINDS} for item in items]


def publish_bank(session: Session, actor: Actor, version: BankVersion, now: int) -> None:
    """From now on contests that are set up anew draw from this version; running ones keep theirs."""
    version.published_at = now
    record(
        session, actor, "bank.publish", version.code, now, items=version.item_count, content_hash=version.content_hash
    )


def items_of(session: Session | Connection, content_hash: str) -> tuple[Item, ...]:
    """The items of a version, from memory after the first time. Raises NotFound."""
    items = _kept.get(content_hash)
    if items is None:
        stored = session.execute(select(BankVersion.items).where(BankVersion.content_hash == content_hash)).scalar()
        if stored is None:
            raise NotFound("没有这个版本的题库")
        items = _ITEMS.validate_python(stored)
        _kept.put(content_hash, items)
    return items


def items_by_bank(session: Session | Connection, banks: Mapping[str, str]) -> dict[str, tuple[Item, ...]]:
    """{bank code: items} for {bank code: content hash}."""
    return {code: items_of(session, content_hash) for code, content_hash in banks.items()}


_offers: Kept[tuple[tuple[tuple[str, str], ...], PaperBlueprint], tuple[Offer, ...]] = Kept(64)


def offers(
    items: Mapping[str, Sequence[Item]], banks: Mapping[str, str], blueprint: PaperBlueprint
) -> tuple[Offer, ...]:
    """What the lines of a blueprint may take from these versions, from memory after the first time."""
    key = (tuple(sorted(banks.items())), blueprint)
    found = _offers.get(key)
    if found is None:
        found = papers.offers(items, blueprint)
        _offers.put(key, found)
    return found


def newest(session: Session, codes: Sequence[str]) -> dict[str, BankVersion]:
    """The newest published version of each bank. Raises Invalid naming every bank that is missing."""
    found: dict[str, BankVersion] = {}
    for version in session.scalars(
        select(BankVersion)
        .where(BankVersion.code.in_(codes), BankVersion.published_at.is_not(None))
        .order_by(BankVersion.published_at, BankVersion.id)
    ):
        found[version.code] = version
    missing = [code for code in codes if code not in found]
    if missing:
        raise Invalid("还没有导入题库“{codes}”，请先用 quizapp bank import 导入", codes="”“".join(missing))
    return found


def list_banks(session: Session) -> list[BankVersion]:
    """Every version, newest first."""
    return list(session.scalars(select(BankVersion).order_by(BankVersion.code, BankVersion.id.desc())))


def get_bank(session: Session, code: str) -> Bank:
    """The newest published version of a bank, whole."""
    version = newest(session, [code])[code]
    return Bank(version.code, version.title, version.source, items_of(session, version.content_hash))


def get_version(session: Session, version_id: int) -> BankVersion:
    version = session.get(BankVersion, version_id)
    if version is None:
        raise NotFound("没有这个版本的题库")
    return version


def import_law(session: Session, law: Law) -> None:
    """Store the text of a law; a newer edition of the same name takes its place."""
    values = {
        "title": law.title,
        "edition": law.edition,
        "in_force": law.in_force,
        "status": law.status,
        "articles": law.articles,
    }
    session.execute(
        insert_into(session, LawText)
        .values(name=law.name, **values)
        .on_conflict_do_update(index_elements=["name"], set_=values)
    )


def cited_articles(session: Session, cites: Sequence[str]) -> dict[str, tuple[str, str, str]]:
    """{citation: (law's title, edition, text of the article)} for those that are stored."""
    names = {cite.split(" ", 1)[0].strip("《》") for cite in cites}
    laws = {law.name: law for law in session.scalars(select(LawText).where(LawText.name.in_(names)))}
    found = {}
    for cite in cites:
        name, _, article = cite.partition(" ")
        law = laws.get(name.strip("《》"))
        if law is not None and article in law.articles:
            found[cite] = (law.title, law.edition, law.articles[article])
    return found
