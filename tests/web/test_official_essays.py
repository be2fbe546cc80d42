"""Marking essays by plain forms, and what contestants and organisers see of it."""

import csv
import io
import re
from typing import Any

import pytest
from factories import Client, World, item, right_answers

from quizapp.rules.contests import EntryRules
from quizapp.rules.items import Bank, Criterion, Kind
from quizapp.rules.papers import Draw, PaperBlueprint
from quizapp.services import banks
from quizapp.services.audit import CLI

TEXT = "去年冬天，<b>巡检</b>时我发现阀门渗漏。\n当班的老师傅先停了泵。"
BOTH = PaperBlueprint((Draw("mixed", 1, 500, Kind.SINGLE), Draw("mixed", 1, 1000, Kind.ESSAY)), shuffle_items=False)
ESSAY = item(2, Kind.ESSAY, rubric=(Criterion("立意", 6000), Criterion("文字", 4000, "通顺")), explain="看有没有做法")
QUEUE, MARK, NEXT = "/official/june/essays", "/official/june/essays/mark", "/official/june/essays/next"


@pytest.fixture
def written(world: World, sign_in) -> dict[str, Any]:
    """Alice's sitting, handed in, with an essay that waits."""
    with world.database.write() as session:
        banks.import_bank(session, CLI, Bank("mixed", "单选和论述", "测试", (item(1), ESSAY)), world.clock())
    world.apply(blueprint=BOTH, pass_points=1000)
    alice = sign_in("alice")
    sitting = alice.start()
    reply = alice.submit(sitting, answers=right_answers(sitting) | {"2": TEXT})
    assert reply.json["score"] == {"points": 5, "of": 15, "time_ms": 0, "provisional": True} and "passed" not in reply.json
    return {"id": sitting["id"], "receipt": reply.json["receipt"], "alice": alice}


def page(client: Client, path: str) -> str:
    reply = client.http.get(path, follow_redirects=True)
    assert reply.status_code == 200, (path, reply.status_code)
    return str(reply.get_data(as_text=True))


def post(client: Client, path: str, **fields: str) -> Any:
    return client.http.post(path, data={"csrf_token": client.token, **fields})


def take(client: Client, **fields: str) -> str:
    """The code of the essay that is in hand now."""
    reply = post(client, NEXT, **fields)
    assert reply.headers["Location"] == MARK
    found = re.search(r'name="code" value="([A-Z2-9-]{9})"', page(client, MARK))
    assert found
    return found[1]


def mark(client: Client, one: str, two: str, **fields: str) -> Any:
    return post(client, MARK, code=take(client), part1=one, part2=two, go="stop", **fields)


def test_from_the_queue_to_the_result(written, sign_in):
    ofelia, otto, olga, alice = sign_in("ofelia"), sign_in("otto"), sign_in("olga"), written["alice"]
    assert "领取一篇评阅（可评1篇）" in page(ofelia, QUEUE)
    mark(ofelia, "54", "36")
    assert "评阅" in page(olga, "/organiser/contests/june") and "1篇等待评阅" in page(olga, "/organiser/contests/june")
    mark(otto, "30", "20", note="少做法")
    assert "1篇等待评阅，其中1篇等待裁定" in page(olga, "/organiser/contests/june")
    assert "余下的在别人手里，或您已经评过" in page(ofelia, QUEUE)
    code = take(olga, decide="1")
    told = page(olga, MARK)
    assert "裁定" in told and "少做法" in told and "立意 30/60，文字 20/40" in told and ">9<" in told and ">5<" in told
    post(olga, MARK, code=code, part1="50", part2="30", go="next")
    assert "全部评完" in page(olga, QUEUE)
    told = alice.get(f"/sittings/{written['id']}").json["score"]
    assert told == {"points": 13, "of": 15, "time_ms": 0}
    again = alice.submit({"id": written["id"]}).json
    assert again["passed"] is True and again["receipt"] == written["receipt"]
    assert alice.get("/contests/june/leaderboard").json["me"]["points"] == 13


def test_until_then_the_contestant_reads_that_it_waits(written, sign_in):
    alice = written["alice"]
    result, review = f"/s/{written['id']}/result", f"/s/{written['id']}/review"
    assert "等待评阅" in page(alice, result) and "未合格" not in page(alice, result)
    assert "等待评阅" in page(alice, review)
    assert [view.get("waiting") for view in alice.get(f"/sittings/{written['id']}/review").json["items"]] == [None, True]
    mark(sign_in("ofelia"), "60", "40")
    assert "等待评阅" in page(alice, result)
    mark(sign_in("otto"), "60", "39")
    assert "等待评阅" not in page(alice, result) and "✓ 合格" in page(alice, result)
    assert "等待评阅" not in page(alice, review)
    assert alice.get(f"/sittings/{written['id']}/review").json["items"][1]["marks"] == 9.95


def test_no_page_of_a_marker_says_whose_it_is(written, sign_in):
    ofelia = sign_in("ofelia")
    take(ofelia)
    told = page(ofelia, MARK)
    assert "去年冬天，&lt;b&gt;巡检&lt;/b&gt;时我发现阀门渗漏。\n当班" in told and "看有没有做法" in told and f"本文{len(TEXT) - 1}字" in told
    body = told.split("<main")[1] + page(ofelia, QUEUE).split("<main")[1]
    for secret in ("Alice", "东一厂", "99010101", written["id"], written["id"].split("-")[1][:12], written["receipt"]):
        assert secret not in body, secret


def test_what_is_typed_wrong_is_told_beside_the_field_and_kept(written, sign_in):
    ofelia = sign_in("ofelia")
    code = take(ofelia)
    reply = post(ofelia, MARK, code=code, part1="61", part2="３９．５", note="好文章")
    told = reply.get_data(as_text=True)
    assert reply.status_code == 400 and "请填0到60的数" in told and 'id="part1-error"' in told and 'id="part2-error"' not in told
    assert 'value="61"' in told and "好文章" in told
    for one in ("", "abc", "-1", "1.234", "1e1"):
        assert post(ofelia, MARK, code=code, part1=one, part2="1").status_code == 400, one
    assert post(ofelia, MARK, code=code, part1="6", part2="1", note="长" * 1001).status_code == 400
    assert post(ofelia, MARK, code=code, part1="60", part2="３９．５").status_code == 302
    assert "这篇已不在您手里" in page_after(ofelia, post(ofelia, MARK, code=code, part1="1", part2="1"))


def page_after(client: Client, reply: Any) -> str:
    return page(client, reply.headers["Location"])


def test_an_essay_that_went_to_another_is_told_as_such(world: World, written, sign_in):
    ofelia, otto = sign_in("ofelia"), sign_in("otto")
    code = take(ofelia)
    assert "您手里有一篇" in page(ofelia, QUEUE)
    world.clock.pass_(minutes=61)
    assert take(otto) == code
    assert "这篇已不在您手里" in page_after(ofelia, post(ofelia, MARK, code=code, part1="1", part2="1"))
    assert "现在没有要您评阅的" in page_after(ofelia, post(ofelia, NEXT))
    assert "现在没有要您裁定的" in page_after(ofelia, post(ofelia, NEXT, decide="1"))


def rows_of(client: Client) -> list[list[str]]:
    reply = client.http.get("/organiser/contests/june/essays.csv")
    assert reply.status_code == 200
    lines = list(csv.reader(io.StringIO(reply.get_data(as_text=True).lstrip("\ufeff"))))
    start = next(n for n, line in enumerate(lines) if line[:1] == ["序号"])
    return [line for line in lines[start + 1 :] if len(line) > 5 and line[0] == "1"]


def test_the_file_of_all_marks_keeps_the_second_marker_blind(written, sign_in):
    olga = sign_in("olga")
    assert rows_of(olga)[0][4:13] == ["", "", ""] * 3
    mark(sign_in("ofelia"), "54", "36", note="好")
    row = rows_of(olga)[0]
    assert row[4:13] == ["", "", ""] * 3 and row[13:] == ["等待评阅", "", ""]
    mark(sign_in("otto"), "50", "32")
    row = rows_of(olga)[0]
    assert row[2:4] == ["第2题（essay）", "10"] and row[4:7] == ["Ofelia", "9", "立意 54/60，文字 36/40\n好"]
    assert row[7:9] == ["Otto", "8.2"] and row[13:] == ["已评完", "8.6", written["receipt"]]
    assert olga.http.get("/organiser/contests/june/essays.xlsx").status_code == 200
    assert "Alice" not in str(row)


def test_results_are_not_published_while_essays_wait(world: World, written, sign_in):
    world.clock.pass_(days=30)
    olga = sign_in("olga")
    told = page_after(olga, post(olga, "/organiser/contests/june/publish"))
    assert "还有1篇论述题没有评完" in told
    mark(sign_in("ofelia"), "54", "36")
    mark(sign_in("otto"), "54", "36")
    assert "结果已公布" in page_after(olga, post(olga, "/organiser/contests/june/publish"))


def test_liaisons_and_officials_of_elsewhere_do_not_mark(world: World, written, sign_in):
    assert sign_in("lena").http.get(QUEUE).status_code == 403
    world.apply(blueprint=BOTH, pass_points=1000, entry=EntryRules(units=("990101",)))
    assert sign_in("otto").http.get(QUEUE).status_code == 403
    assert sign_in("ofelia").http.get(QUEUE).status_code == 200


def test_the_word_stands_in_the_column_where_there_are_essays(world: World, written, sign_in):
    ofelia = sign_in("ofelia")
    assert f'href="{QUEUE}"' in page(ofelia, "/official/june/people") and f'href="{QUEUE}"' in page(sign_in("olga"), "/official/june/people")
    world.apply(blueprint=PaperBlueprint((Draw("mixed", 1, 500, Kind.SINGLE),)), slug="july")
    assert "/essays" not in page(ofelia, "/official/july/people")


def test_a_contest_of_one_essay_works_by_plain_forms_from_start_to_place(world: World, written, sign_in):
    world.apply(blueprint=PaperBlueprint((Draw("mixed", 1, 10_000, Kind.ESSAY),)), slug="zhengwen", title="征文")
    bob, ofelia, otto = sign_in("bob"), sign_in("ofelia"), sign_in("otto")
    sitting = post(bob, "/c/zhengwen/start").headers["Location"]
    assert 'name="essay"' in page(bob, sitting)
    post(bob, f"{sitting}/answer", position="1", revision="0", key="k1", go="hand-in", essay=TEXT)
    result = post(bob, f"{sitting}/hand-in").headers["Location"]
    assert "等待评阅" in page(bob, result)
    for marker, points in ((ofelia, ("50", "30")), (otto, ("55", "30"))):
        assert post(marker, "/official/zhengwen/essays/next").status_code == 302
        told = page(marker, "/official/zhengwen/essays/mark")
        assert "渗漏" in told and "按比例折算" not in told, "the rubric has as many points as the paper"
        found = re.search(r'name="code" value="([A-Z2-9-]{9})"', told)
        assert found
        post(marker, "/official/zhengwen/essays/mark", code=found[1], part1=points[0], part2=points[1], go="stop")
    assert "82.5" in page(bob, result) and "第1名" in page(bob, result) and "等待评阅" not in page(bob, result)
    me = bob.get("/contests/zhengwen/leaderboard").json["me"]
    assert (me["place"], me["points"]) == (1, 82.5)
