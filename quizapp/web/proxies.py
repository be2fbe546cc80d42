"""The true address of a visitor, and when the request came, behind proxies that were named in the settings; nobody else is believed."""

import re
from collections.abc import Callable, Iterable
from ipaddress import ip_address, ip_network
from typing import Any

from quizapp.web.turns import ARRIVED

_START = re.compile(r"t=(\d{10})\.(\d{3})")  # nginx's $msec
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class TrustedProxies:
    """WSGI middleware: X-Forwarded-For and X-Request-Start count only when a trusted proxy hands the request over."""

    def __init__(self, application: Application, trusted: str) -> None:
        self.application = application
        self.networks = [ip_network(part.strip(), strict=False) for part in trusted.split(",") if part.strip()]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if self._trusts(environ.get("REMOTE_ADDR", "")):
            hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
            true = next((hop for hop in reversed(hops) if not self._trusts(hop)), None)
            if true is not None and is_address(true):
                environ["REMOTE_ADDR"] = true
            start = _START.fullmatch(environ.get("HTTP_X_REQUEST_START", ""))
            if start:
                environ[ARRIVED] = int(start[1]) * 1000 + int(start[2])
        return self.application(environ, start_response)

    def _trusts(self, address: str) -> bool:
        return is_address(address) and any(ip_address(address) in network for network in self.networks)


def is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
