"""The commands. Every one exits 0 or prints one clear reason and exits non-zero."""

import sys
from collections.abc import Sequence
from importlib import import_module

import click

from quizapp.cli.parts import Parts
from quizapp.errors import BadFile, QuizError

__all__ = ["Parts", "run"]


PLACES = {
    "serve": "server", "demo": "server", "db": "server", "backup": "server", "restore": "server",
    "account": "people", "unit": "people", "roster": "people", "bank": "banks", "contest": "contests", "results": "results",
    "rehearse": "rehearse:command", "export": "exports", "boards": "boards",
}  # fmt: skip
"""The module in which a command stands, and its name there where that is another."""


class Commands(click.Group):
    """Imports a command when it is asked for: all of them take half a second that one need not spend."""

    def list_commands(self, _: click.Context) -> list[str]:
        return sorted(PLACES)

    def get_command(self, _: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in PLACES:
            return None
        module, __, name = PLACES[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"{__name__}.{module}"), name or cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def quizapp() -> None:
    """安全生产知识竞赛：出卷、答题、榜单与单位通报。"""


def run(arguments: Sequence[str], parts: Parts) -> int:
    """Run one command; 0 where it did what it says."""
    try:
        quizapp.main(list(arguments), prog_name="quizapp", standalone_mode=False, obj=parts)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        print("已取消", file=sys.stderr)
        return 130
    except Exception as error:
        reasons = _reasons(error, parts)
        if reasons is None:
            raise
        print(*reasons, sep="\n", file=sys.stderr)
        return 1
    return 0


def _reasons(error: Exception, parts: Parts) -> list[str] | None:
    """What to tell the person at the terminal; None for what nobody foresaw."""
    if isinstance(error, BadFile):
        return [*map(str, error.faults), str(error)]
    if isinstance(error, QuizError):
        return [str(error)]
    if isinstance(error, OSError):
        return [f"{error.filename or ''}：{error.strerror}"]
    return ["连不上数据库，请检查 QUIZAPP_DATABASE_URL 和数据库服务"] if parts.is_away(error) else None
