"""JSON replies: quick to make, problems as RFC 9457."""

from typing import Any

import orjson
from flask import Response, request
from flask.json.provider import JSONProvider

from quizapp.errors import BadFile, Conflict, Invalid, Queued, QuizError


class Json(JSONProvider):
    """Flask's JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json")


def body() -> dict[str, Any]:
    """The request's JSON object. Raises Invalid for anything else."""
    try:
        found = orjson.loads(request.get_data(cache=False)) if request.content_length != 0 else {}
    except orjson.JSONDecodeError:
        raise Invalid("请求的内容不是正确的 JSON") from None
    if not isinstance(found, dict):
        raise Invalid("请求的内容应为 JSON 对象")
    return found


def problem(status: int, detail: str, error: QuizError | None = None, event: str | None = None) -> Response:
    """application/problem+json; a conflict also says what is stored now."""
    told: dict[str, Any] = {"type": "about:blank", "title": detail, "status": status, "detail": detail}
    if event:
        told["event"] = event
    if isinstance(error, Invalid):
        told["errors"] = [{"field": field, "message": message} for field, message in error.errors]
    if isinstance(error, BadFile):
        told["errors"] = [{"field": fault.field, "message": str(fault)} for fault in error.faults]
    if isinstance(error, Conflict):
        told |= error.current
    if isinstance(error, Queued):
        told["queue"] = error.queue
    return Response(orjson.dumps(told), status, mimetype="application/problem+json")
