"""quizapp boards: bring the boards of a contest of many units up to date. The server's jobs start it, in a process of its own."""

import click

from quizapp.cli.parts import Parts, saves_go_first
from quizapp.services import boards as snapshot
from quizapp.services import contests


@click.command(hidden=True)
@click.argument("slug")
@click.pass_obj
def boards(parts: Parts, slug: str) -> None:
    """更新一场单位很多的竞赛的榜单（由服务的后台任务启动）。"""
    saves_go_first()
    with parts.read() as session:
        contest = contests.find_contest(session, slug)
        is_first = snapshot.is_missing(session, contest)
    snapshot.bring_up(parts.database, contest, parts.clock, wait=is_first)
