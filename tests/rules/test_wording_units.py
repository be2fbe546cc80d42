"""How units are ranked, as a notice prints it."""

from quizapp.formats.contest.yaml import read_contest
from quizapp.rules import wording
from quizapp.rules.speech import say_all
from quizapp.rules.wording.commendations import commendations
from quizapp.rules.wording.units import unit_places

SMALL = """contest: small
title: 小竞赛
opens_at: 2026-06-01 09:00
closes_at: 2026-06-30 24:00
paper: {draw: [{bank: xinanfa, count: 10, points: 10}]}
clock: {paper: 20分钟}
pass: 60
"""


def told(more: str) -> list[str]:
    return say_all(unit_places(read_contest(f"{SMALL}{more}\n".encode(), "c.yaml")))


def test_what_is_compared_next_does_not_contradict_what_is_shared() -> None:
    assert "单位按平均分从高到低排名，相同的并列" in told("units: {rank_by: mean}")
    assert "单位按参与率从高到低排名，相同的比较平均分，仍相同的并列" in told("units: {rank_by: rate, then: mean}")
    found = told("units: {rank_by: {rate: 50%, bonus: 1}, bonus: 5, then: [mean, people]}")
    assert "单位按“参与率（%）×0.5 + 加分”从高到低排名，相同的依次比较平均分、参与人数，仍相同的并列" in found


def test_points_by_place_and_by_bands() -> None:
    found = told("units: {rank_by: steps, steps: [{of: people, weight: 40%}, {of: mean, values: [100, 90, 85], least: 80, weight: 60%}]}")
    assert "名次分（占40%）：同类单位按参与人数排名，第1名100分，以后每名少5分，最低0分" in found
    assert "名次分（占60%）：同类单位按平均分排名，第1名起依次100、90、85分，以后各名80分" in found
    assert "名次分：同类单位按参与人数排名，各名都是100分" in told("units: {rank_by: steps, steps: {step: 0}}")
    bands = "[{of: rate, from: 90, points: 30}, {of: rate, from: 80, points: 25}, {of: rate, from: 0, points: 10}, {of: mean, from: 85.5, points: 40}]"
    found = told(f"units: {{rank_by: bands, bands: {bands}}}")
    assert "分段计分：参与率90%以上计30分，80%以上计25分，其余计10分" in found and "分段计分：平均分85.5以上计40分，其余不计分" in found


def test_what_a_rate_is_of() -> None:
    assert "合格率为合格人数占参与人数的比例" in told("units: {rank_by: pass_rate}")
    assert "应参人员合格率为合格人数占应参人数的比例" in told("units: {rank_by: pass_of_all}")
    assert "平均得分率为平均分占满分700分的比例" in told("units: {rank_by: score_rate}\ncounts: {each: day, most: 7}")


def test_what_is_not_so_is_not_said() -> None:
    moved = "更换过单位的，答题时在哪个单位就算哪个单位的"
    assert moved in told("") and moved not in told("entry: {unit_changes: 0}")
    hidden = read_contest(f"{SMALL}board: {{units: hidden}}\n".encode(), "c.yaml")
    assert "不公开单位榜单" in say_all(wording.shown(hidden))


def test_thresholds_of_rates_are_said_in_percent() -> None:
    rule = "commendations: [{title: 优秀单位, of: units, quota: 3, least: {pass_rate: 60, mean: 80}}]"
    found = say_all(commendations(read_contest(f"{SMALL}{rule}\n".encode(), "c.yaml")))
    assert any("合格率不低于60%" in line and "平均分不低于80" in line for line in found)
