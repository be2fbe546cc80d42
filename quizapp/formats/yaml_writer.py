"""YAML as a person would write it: plain where plain is safe, one line where one line is enough."""

import re
from typing import Any

import yaml

_ONE_LINE = 2**31 - 1
_LINES = re.compile(r"[^\s](?:[^\r\t\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]*[^\s])?")
_BREAK = re.compile("[\r\n\t\x85\u2028\u2029\ufeff]")
_LOOKS_LIKE_KEY = re.compile(r"[A-Za-z_]+[ \t]*[：:]")


class Flow(list[Any]):
    """A list written on one line: [甲, 乙]."""


class FlowMap(dict[str, Any]):
    """A mapping written on one line: {甲: 1, 乙: 2}."""


class Number(str):
    """A decimal number as text, written without quotes."""


def dump(value: dict[str, Any]) -> bytes:
    """UTF-8 YAML that strict_yaml reads back to the same texts."""
    # the C emitter writes characters beyond the basic plane, rare names among them, as \U escapes
    text = yaml.dump(value, Dumper=_CDumper, allow_unicode=True, sort_keys=False, width=_ONE_LINE)
    if re.search(r"\\U000", text):
        text = yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=_ONE_LINE)
    return text.encode()


class _CDumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, text: str) -> yaml.Node:
    style = None
    if "\n" in text and _LINES.fullmatch(text) and not re.search(r"[ \t]\n", text):
        style = "|"
    elif _BREAK.search(text) or _LOOKS_LIKE_KEY.match(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _number(dumper: Any, number: Number) -> yaml.Node:
    return dumper.represent_scalar(f"tag:yaml.org,2002:{'int' if number.removeprefix('-').isdigit() else 'float'}", str(number))


for _dumper in (_CDumper, _Dumper):
    _dumper.add_representer(str, _text)
    _dumper.add_representer(Number, _number)
    _dumper.add_representer(Flow, lambda d, value: d.represent_sequence("tag:yaml.org,2002:seq", value, flow_style=True))
    _dumper.add_representer(FlowMap, lambda d, value: d.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True))
