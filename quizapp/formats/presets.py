"""The contest files that come with the program: rule sets of real notices to start from."""

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from quizapp.errors import NotFound
from quizapp.formats.contest.yaml import read_contest

FOLDER = Path(__file__).parents[1] / "presets"


@dataclass(frozen=True, slots=True)
class Preset:
    """One of them: `about` says whose rules they are and what was chosen where these were not published."""

    name: str
    title: str
    about: str


def list_presets() -> list[Preset]:
    """All of them, by name."""
    return [_preset(path) for path in sorted(FOLDER.glob("*.yaml"))]


def read_preset(name: str) -> bytes:
    """The file as it is shipped, comments and all. Raises NotFound."""
    for path in FOLDER.glob("*.yaml"):
        if path.stem == name:
            return path.read_bytes()
    raise NotFound("没有名为“{name}”的预设，quizapp contest preset 列出全部", name=name)


def _preset(path: Path) -> Preset:
    data = path.read_bytes()
    told = takewhile(lambda line: line.startswith("#"), data.decode().splitlines())
    return Preset(path.stem, read_contest(data, path.name).title, "".join(line.lstrip("# ") for line in told))
