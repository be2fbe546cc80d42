"""The scenarios: each module has `run(stage, plan) -> Outcome`."""
