"""The texts below every page: who organises, how to reach them, and the registrations that the law asks for."""

from flask import g

from quizapp.services.options import read_options
from quizapp.web.edge import edge

KEPT_FOR = 5_000
_kept: dict[str, tuple[int, dict[str, str]]] = {}


class Footer:
    """What an administrator wrote stands before the settings of the environment."""

    def __init__(self, texts: dict[str, str]) -> None:
        settings = edge().settings
        self.organiser = texts.get("organiser") or settings.organiser or None
        self.telephone = texts.get("telephone") or settings.telephone or None
        self.privacy = texts.get("privacy") or settings.privacy or None
        self.icp = texts.get("icp") or settings.icp or None
        self.police = texts.get("police") or settings.police or None


def footer_texts() -> Footer:
    """Read at most every five seconds; a page without a database still has the settings' texts."""
    url, moment = edge().settings.database_url, g.get("now", 0)
    kept = _kept.get(url)
    if kept is None or not 0 <= moment - kept[0] < KEPT_FOR:
        try:
            with edge().database.read() as session:
                kept = (moment, read_options(session))
        except Exception as error:
            if not edge().database.is_away(error):
                raise
            return Footer({})
        _kept[url] = kept
    return Footer(kept[1])
