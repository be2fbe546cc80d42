"""Results of units, one unit explained, participants by town and kind."""

from collections import defaultdict
from dataclasses import replace
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from quizapp.errors import NotFound
from quizapp.formats import analysis_table, result_sheets
from quizapp.formats.result_tally import Tally
from quizapp.rules import wording
from quizapp.rules.contests import ContestRules
from quizapp.rules.units import Metric
from quizapp.rules.wording.units import weights_told
from quizapp.services import overview, participation, people_results, scopes, unit_bonuses
from quizapp.services.overview import UnitCheck, UnitTable
from quizapp.services.people_results import PeoplePage
from quizapp.services.results import UnitResult
from quizapp.web import staff, words
from quizapp.web.access import signed_in
from quizapp.web.cards import contest_card
from quizapp.web.edge import board_db, db, now
from quizapp.web.exports import few, send_sheet, stamp
from quizapp.web.official.door import (
    View,
    bp,
    file_links,
    page_of_view,
    tabs,
    under_choices,
    view_of,
)

MOST_PEOPLE = 500


def _query() -> dict[str, str]:
    return {name: request.args.get(name, "") for name in ("under", "kind", "as_of")}


def _table(view: View) -> UnitTable:
    kind = request.args.get("kind", "")
    return overview.unit_table(db(), view.contest, under=view.under, kind=kind, as_of=view.as_of)


def _row(row: UnitResult, rules: ContestRules) -> dict[str, Any]:
    """One unit with its figures in words."""
    return {
        "id": row.unit_id,
        "place": words.place(row.place, row.shared),
        "code": row.code,
        "name": row.name,
        "kind": row.kind or "",
        "headcount": row.headcount,
        "people": row.figures.people,
        "sittings": row.figures.sittings,
        "rate": words.percent(row.rate),
        "flagged": row.flagged,
        "mean": words.mean(result_sheets.shown_mean(row, rules)),
        "value": words.mean(result_sheets.shown_value(row, rules)),
        "reasons": words.sentences(row.reasons),
    }


@bp.get("/<slug>/units")
def units(slug: str) -> tuple[str, int]:
    view = page_of_view(slug)
    table = _table(view)
    rules = view.contest.rules
    query = _query() | {"as_of": view.query_as_of}
    page, before, following = staff.page_of(table.rows, **query)
    people, sittings = sum(r.figures.people for r in table.rows), sum(r.figures.sittings for r in table.rows)
    shown = render_template(
        "official/units.html",
        contest=contest_card(view.contest),
        tabs=tabs(view),
        scope=view.scope,
        as_of=view.as_of or now(),
        rows=[_row(row, rules) | {"inner": row.unit_id in table.with_children} for row in page],
        total=len(table.rows),
        sums={"people": people, "sittings": sittings},
        reconciliation=result_sheets.reconciliation(table.whole, people, sittings),
        by_value=len(rules.units.weights) > 1,
        query=query,
        as_of_fault=view.fault,
        kind_choices=[("", _("直接下级")), *((kind, _("其下所有%(kind)s", kind=kind)) for kind in table.kinds)],
        under_choices=under_choices(view),
        trail=_trail(view),
        own=view.under.code if view.under is not None else None,
        exports=file_links("units", slug, len(table.rows), query),
        explains=words.sentences(wording.unit_places(rules)),
        previous_url=before,
        next_url=following,
    )
    return shown, view.status


def _trail(view: View) -> list[dict[str, str]]:
    """From the top of what the visitor sees down to the unit above the one shown."""
    if view.under is None:
        return []
    line = scopes.trail(db(), view.top, view.under)[:-1]
    kept: dict[str, Any] = {"as_of": view.query_as_of or None, "slug": view.contest.rules.slug}
    steps = [] if view.top is not None else [{"name": _("全部单位"), "url": url_for("official.units", **kept)}]
    return steps + [{"name": unit.name, "url": url_for("official.units", under=unit.code, **kept)} for unit in line]


def scope_words(view: View) -> str:
    """What the filters leave, in words for the sheet."""
    kind = request.args.get("kind", "")
    return f"{view.scope}，{kind}" if kind else view.scope


@bp.get("/<slug>/units.<layout>")
def units_file(slug: str, layout: str) -> Response:
    view = view_of(slug)
    table = _table(view)
    stamped = stamp(scope_words(view), view.as_of)
    sheet = result_sheets.unit_sheet(few(table.rows), view.contest.rules, stamped, table.whole)
    return send_sheet(sheet, layout, view.contest, "units", stamped, rows=len(table.rows))


@bp.get("/<slug>/units/<code>")
def check(slug: str, code: str) -> tuple[str, int]:
    """单位成绩核查单: everything that one unit's place rests on, to be printed and signed."""
    view = page_of_view(slug)
    unit = scopes.unit_within(db(), view.top, code)
    compared = view.top is None or unit.id != view.top.id
    kind = request.args.get("kind", "")
    found = overview.unit_check(
        db(), view.contest, unit, compared=compared, under=view.under, kind=kind, as_of=view.as_of
    )
    if found is None:
        raise NotFound("没有编码为“{code}”的单位", code=code)
    counted = PeoplePage([], 0, 0)
    if not signed_in().liaison:
        counted = people_results.page_of_people(board_db(), view.contest, 0, MOST_PEOPLE, as_of=view.as_of, under=unit)
    rules = view.contest.rules
    shown = render_template(
        "official/check.html",
        contest=contest_card(view.contest),
        tabs=tabs(view),
        unit={"name": unit.name, "code": unit.code, "kind": unit.kind or ""},
        as_of=view.as_of or now(),
        query={"as_of": view.query_as_of},
        row=_row(found.row, rules),
        among=_among(view, found),
        workings=_workings(found, rules),
        distance=_distance(found, rules),
        explains=words.sentences(wording.unit_places(rules)),
        below=[_row(row, rules) for row in found.below],
        bonuses=unit_bonuses.list_bonuses(db(), view.contest, unit) if Metric.BONUS in rules.units.metrics else None,
        least_bonus=rules.units.least_bonus,
        most_bonus=rules.units.most_bonus,
        people=counted.rows,
        total=counted.people,
        seen=not signed_in().liaison,
    )
    return shown, view.status


def _among(view: View, found: UnitCheck) -> str:
    """Which list the place is one of."""
    if found.kind:
        scope = view.under.name if view.under is not None else _("全部范围")
        return _("在%(scope)s的%(count)s个%(kind)s中排名。", scope=scope, count=found.among, kind=found.kind)
    if found.among:
        return _("在同一上级的%(count)s个单位中排名。", count=found.among)
    return _("本单位在上级榜单中的名次，由上级核查。")


def _workings(found: UnitCheck, rules: ContestRules) -> list[str]:
    """How each figure comes from the ones before it."""
    row, figures = found.row, found.row.figures
    told = [_("参与人数%(people)s人，参与人次%(sittings)s次", people=figures.people, sittings=figures.sittings)]
    if row.headcount:
        told.append(
            _(
                "参与率 = %(people)s ÷ 应参人数%(headcount)s = %(rate)s",
                people=figures.people,
                headcount=row.headcount,
                rate=words.percent(row.rate),
            )
        )
    mean = result_sheets.shown_mean(row, rules)
    if mean is not None:
        told.append(
            _(
                "平均分 = 各人成绩之和%(points)s分 ÷ %(people)s人 = %(mean)s分",
                points=words.points(figures.points),
                people=figures.people,
                mean=words.mean(mean),
            )
        )
    elif figures.people:
        told.append(_("参与人数不足%(least)s人，平均分不列出，以免看出个人成绩", least=rules.units.hide_mean_below))
    value = result_sheets.shown_value(row, rules)
    if value is not None and len(rules.units.weights) > 1:
        shown = [(words.mean(result_sheets.shown_metric(row, rules, metric)), weight) for metric, weight in weights_told(rules.units)]
        terms = " + ".join(f"{figure}×{weight}" for figure, weight in shown)
        told.append(_("排名依据值 = %(terms)s = %(value)s", terms=terms, value=words.mean(value)))
    return told


def _distance(found: UnitCheck, rules: ContestRules) -> list[str]:
    """How far it is to a place, or to the next better one."""
    told = words.sentences(found.row.reasons)
    if found.row.place and found.ahead is not None and found.row.value is not None:
        told.append(_("比前一名少%(gap)s", gap=words.mean(found.ahead - found.row.value)))
    return told


def _cells(view: View) -> list[dict[str, object]]:
    people = people_results.people(board_db(), view.contest, as_of=view.as_of, under=view.under)
    return overview.by_town_and_kind(db(), view.contest, people, view.under, view.as_of)


@bp.get("/<slug>/summary")
def summary(slug: str) -> tuple[str, int]:
    """Participants by town and kind."""
    view = page_of_view(slug)
    cells = _cells(view)
    kinds = sorted({str(cell["类型"]) for cell in cells})
    lines: dict[str, dict[str, Any]] = defaultdict(dict)
    for cell in cells:
        lines[str(cell["单位"])][str(cell["类型"])] = cell["参与人数"]
    query = {"under": request.args.get("under", ""), "as_of": view.query_as_of}
    days = participation.by_day(db(), view.contest, view.as_of or now(), view.under)
    shown = render_template(
        "official/summary.html",
        contest=contest_card(view.contest),
        tabs=tabs(view),
        scope=view.scope,
        as_of=view.as_of or now(),
        kinds=kinds,
        lines=[
            {"town": town or result_sheets.UNASSIGNED, "cells": [line.get(kind, 0) for kind in kinds]}
            for town, line in lines.items()
        ],
        days=days,
        day_bars=staff.day_bars(days),
        query=query,
        as_of_fault=view.fault,
        under_choices=under_choices(view),
        exports=file_links("summary", slug, len(lines), query),
    )
    return shown, view.status


@bp.get("/<slug>/summary.<layout>")
def summary_file(slug: str, layout: str) -> Response:
    view = view_of(slug)
    stamped = stamp(view.scope, view.as_of)
    made = analysis_table.cross_table(_cells(view), "单位", "类型", "参与人数")
    rules = view.contest.rules
    rows = list(made.rows)
    lines = Tally(rows)
    sheet = replace(
        made,
        title=f"{rules.title} 参与人数汇总",
        notes=result_sheets.head_notes(rules, stamped),
        rows=lines,
        footer=lines.footer(),
        zone=rules.zone,
    )
    return send_sheet(sheet, layout, view.contest, "summary", stamped, rows=len(rows))
