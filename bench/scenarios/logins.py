"""A storm of sign-ins: what one costs with a password and with a code, and what those who sit feel of it."""

import asyncio
import re

from bench.cast import Cast, Plan
from bench.contestant import Contestant, cookie_of
from bench.load import closed, open_loop
from bench.outcome import Outcome
from bench.places import Stage
from bench.seeding import Size, code
from bench.wire import Browser, Lines, Record

USERS, CODES, SAVES = 8, 20_000, 20.0  # sign-ins at once; codes that are ready; saves a second of those who sit
_FIELD = re.compile(rb'name="csrf_token"[^>]*value="([^"]+)"')


def run(stage: Stage, plan: Plan) -> Outcome:
    cast = Cast(stage, plan, Size(CODES, plan.units or 200, signed_in=200, codes=CODES))
    seconds = plan.seconds / 2
    outcome = Outcome("logins", stage.engine, f"{USERS} at once, {seconds:g} s each; in the storm {SAVES:g} saves a second by others")
    asyncio.run(_storm(cast, outcome, seconds))
    return outcome


async def _storm(cast: Cast, outcome: Outcome, seconds: float) -> None:
    lines = cast.lines()
    await _passwords(cast, outcome, lines, seconds)
    await _codes(cast, outcome, lines, seconds)
    record, sitting = Record(), Record()
    newcomers = cast.people(record, lines)
    people = cast.people(sitting, lines)
    sitters = [people[n] for n in range(100)]
    open_ones = [await person.start() for person in sitters]
    sitting.times.clear()

    async def save(number: int, _: float) -> None:
        person, one = sitters[number % 100], open_ones[number % 100]
        assert one is not None
        await person.save(one, one.items[one.revision % len(one.items)])

    storm = closed(USERS, seconds, lambda _: _sign_in(newcomers.next(), newcomers.turn), record, cast.meter)
    _, spent = await asyncio.gather(open_loop(SAVES, seconds + 1, save), storm)
    outcome.add("storm", record, spent)
    outcome.add("storm, those who sit", sitting)
    outcome.figure("save p99 during a storm of passwords", sitting.table()["save"]["p99"], "ms")
    lines.close()


async def _sign_in(person: Contestant, number: int) -> None:
    await person.sign_in(number)


async def _passwords(cast: Cast, outcome: Outcome, lines: Lines, seconds: float) -> None:
    record = Record()
    people = cast.people(record, lines)
    spent = await closed(USERS, seconds, lambda _: _sign_in(people.next(), people.turn), record, cast.meter)
    done = record.count("sign in")
    outcome.add("", record, spent)
    outcome.figure("sign-ins per second, password", done / spent.seconds, "/s")
    outcome.figure("CPU per sign-in, password", spent.product * 1000 / max(1, done), "ms", most=40, cpu=True)


async def _codes(cast: Cast, outcome: Outcome, lines: Lines, seconds: float) -> None:
    """Each browser has its form before; every sign-in uses up a code of its own."""
    record = Record()
    browsers = [await _with_form(lines, record) for _ in range(USERS)]
    used = iter(range(1, CODES + 1))

    async def enter(user: int) -> None:
        browser, field = browsers[user]
        form = b"csrf_token=%b&consent=y&code=%b" % (field, code(next(used)).encode())
        await browser.call("sign in by code", "POST", "/sign-in/code", form=form)

    spent = await closed(USERS, seconds, enter, record, cast.meter)
    done = record.count("sign in by code")
    outcome.add("", record, spent)
    outcome.figure("sign-ins per second, code", done / spent.seconds, "/s")
    outcome.figure("CPU per sign-in, code", spent.product * 1000 / max(1, done), "ms", most=3, cpu=True)


async def _with_form(lines: Lines, record: Record) -> tuple[Browser, bytes]:
    """A browser that shows the form for codes, and the form's CSRF token."""
    browser = Browser(lines, record)
    page = await browser.call("code form", "GET", "/sign-in/code")
    found = _FIELD.search(page.body)
    assert found is not None
    browser.become(cookie_of(page))
    return browser, found[1]
