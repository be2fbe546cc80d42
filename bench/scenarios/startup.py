"""How long a process takes to be useful."""

import sys

from bench.cast import Cast, Plan
from bench.outcome import Outcome
from bench.places import Stage
from bench.scenarios.exports import measured
from bench.seeding import Size

TRIES = 3
FIRST_REPLY = "from quizapp.app import create_app; assert create_app().test_client().get('/').status_code == 200"


def run(stage: Stage, plan: Plan) -> Outcome:
    cast = Cast(stage, plan, Size(plan.size or 100, plan.units or 20))
    outcome = Outcome("startup", stage.engine, f"best of {TRIES}")
    tries = [measured([sys.executable, "-c", FIRST_REPLY], stage)[0] for _ in range(TRIES)]
    outcome.figure("`import quizapp` and the first reply, one process", min(one.seconds for one in tries), "s", most=1.5, cpu=True)
    outcome.figure("its CPU", min(one.application for one in tries), "s")
    outcome.figure("`quizapp serve` until ready", cast.server.up_after, "s")
    return outcome
