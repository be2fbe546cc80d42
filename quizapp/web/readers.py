"""The express lane of a reader: whoever is not signed in gets a board from this process's memory, as it went out before."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from quizapp.services.kept import Kept
from quizapp.web import access, boards
from quizapp.web.edge import Edge
from quizapp.web.proxies import Application

Headers = list[tuple[str, str]]
ADDRESSES, LONGEST = 1_000, 500
OF_A_BODY = frozenset({"Content-Length", "ETag"})


@dataclass(frozen=True, slots=True)
class Known:
    """What an address asks for, and how its reply is headed."""

    asked: boards.Asked
    headers: Headers


class Readers:
    """WSGI: a board that is the same for everybody goes out at once where it is kept and nobody has to look whether it is the newest.
    All that is not quite so goes the usual way; there it is seen what an address asks for.
    """

    def __init__(self, made: Edge, usual: Application) -> None:
        self._edge, self._usual = made, usual
        self._known: Kept[tuple[str, str], Known] = Kept(ADDRESSES)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ or "HTTP_AUTHORIZATION" in environ:
            return self._usual(environ, start_response)
        address = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        known = self._known.get(address)
        body = self._at_hand(environ, known) if known else None
        if known is None or body is None:
            return self._usual(environ, self._seeing(environ, address, start_response))
        tag = f'"{boards.tag(body)}"'
        headers = [*known.headers, ("ETag", tag)]
        if tag in environ.get("HTTP_IF_NONE_MATCH", ""):
            start_response("304 Not Modified", [(name, value) for name, value in headers if name != "Content-Type"])
            return []
        start_response("200 OK", [*headers, ("Content-Length", str(len(body)))])
        return [body]

    def _at_hand(self, environ: dict[str, Any], known: Known) -> bytes | None:
        if not access.is_ours(environ.get("HTTP_HOST", ""), self._edge.settings.base_url):
            return None
        return boards.at_hand(self._edge, known.asked)

    def _seeing(self, environ: dict[str, Any], address: tuple[str, str], start_response: Any) -> Any:
        """A `start_response` that remembers how a board is headed."""

        def start(status: str, headers: Headers, *more: Any) -> Any:
            asked = environ.get(boards.ASKED)
            is_for_all = status.startswith("200 ") and ("Cache-Control", boards.FOR_A_SECOND) in headers
            if asked and is_for_all and sum(map(len, address)) <= LONGEST:
                self._known.put(address, Known(asked, [(name, value) for name, value in headers if name not in OF_A_BODY]))
            return start_response(status, headers, *more)

        return start
