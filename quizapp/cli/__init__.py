"""The commands. Every one exits 0 or prints one clear reason and exits non-zero."""

import sys
from collections.abc import Sequence

import click

from quizapp.cli import banks, contests, exports, people, rehearse, results, server
from quizapp.cli.parts import Parts
from quizapp.errors import BadFile, QuizError

__all__ = ["Parts", "run"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def quizapp() -> None:
    """安全生产知识竞赛：出卷、答题、榜单与单位通报。"""


for command in (
    server.serve, server.demo, server.db, server.backup, server.restore,
    people.account, people.unit, people.roster, banks.bank, contests.contest, results.results,
    rehearse.command, exports.export,
):  # fmt: skip
    quizapp.add_command(command)


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
