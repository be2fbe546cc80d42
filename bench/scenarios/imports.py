"""A large bank, checked as YAML, csv and xlsx by the command line: seconds and peak memory."""

import csv
from pathlib import Path

from bench.cast import Plan
from bench.machine import program
from bench.outcome import Outcome
from bench.places import Stage
from bench.scenarios.exports import MIB, measured
from bench.seeding import bank
from quizapp.formats import bank_table
from quizapp.rules.items import Bank, Item

LETTERS = "ABCD"
MOST = {"yaml": 20, "csv": 10, "xlsx": 10}


def run(stage: Stage, plan: Plan) -> Outcome:
    count = plan.size or 100_000
    outcome = Outcome("imports", stage.engine, f"`quizapp bank check` of {count:,} items")
    made = bank(count)
    for layout in MOST:
        file = stage.folder / f"bench.{layout}"
        _write(file, made)
        spent, memory = measured([program("quizapp"), "bank", "check", str(file)], stage)
        goal = MOST[layout] if count == 100_000 else None
        outcome.cpu[layout] = spent.table()
        outcome.figure(f"{layout}: time", spent.seconds, "s", most=goal, cpu=True)
        outcome.figure(f"{layout}: CPU of the command", spent.application, "s")
        outcome.figure(f"{layout}: peak memory", memory / MIB, "MiB")
        outcome.figure(f"{layout}: file", file.stat().st_size / MIB, "MiB")
        file.unlink()
    return outcome


def _write(file: Path, made: Bank) -> None:
    if file.suffix == ".yaml":
        head = f"bank: {made.code}\ntitle: {made.title}\nsource: {made.source}\nitems:\n"
        file.write_text(head + "".join(map(_yaml, made.items)), "utf-8")
    elif file.suffix == ".csv":
        with file.open("w", encoding="utf-8", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["编号", "题型", "题干", *(f"选项{letter}" for letter in LETTERS), "答案", "解析", "依据", "知识点"])
            rows.writerows(map(_row, made.items))
    else:
        file.write_bytes(bank_table.write_bank(made))


def _key(item: Item) -> str:
    if isinstance(item.key, bool):
        return "对" if item.key else "错"
    places = item.key if isinstance(item.key, tuple) else ()
    return "".join(LETTERS[place] for place in places if isinstance(place, int))


def _yaml(item: Item) -> str:
    key = f"[{', '.join(_key(item))}]" if item.kind == "multiple" else _key(item)
    choices = "".join(f"      {letter}: {text}\n" for letter, text in zip(LETTERS, item.choices, strict=False))
    lines = f"  - id: {item.id}\n    kind: {item.kind}\n    topic: {item.topic}\n    stem: {item.stem}\n"
    lines += f"    choices:\n{choices}" if choices else ""
    return f"{lines}    key: {key}\n    explain: {item.explain}\n    cite: {item.cite[0]}\n\n"


def _row(item: Item) -> list[str]:
    kinds = {"single": "单选题", "multiple": "多选题", "judge": "判断题"}
    choices = [*item.choices, "", "", "", ""][:4]
    return [item.id, kinds[item.kind], item.stem, *choices, _key(item), item.explain, item.cite[0], item.topic]
