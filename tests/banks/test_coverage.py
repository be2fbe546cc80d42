"""README tells what the banks cover, as they are now."""

import coverage_of_banks as coverage


def test_the_tables_and_the_picture_are_those_of_the_banks():
    readme = (coverage.FOLDER / "README.md").read_text(encoding="utf-8")
    assert coverage.renewed(readme) == readme, "run python tests/banks/coverage_of_banks.py"
    assert (coverage.FOLDER / "coverage.svg").read_text(encoding="utf-8") == coverage.picture()
