"""An independent reference of scoring and ranking: what the words of a contest file mean, in plain decimal arithmetic.

Written from the list of rule sets and the words of docs/contest.example.yaml; it shares no code with the product, which is compared
with it. Where the words leave a choice, this is how they are read:

- 得分 in a condition: for a step of `worth` the marks of the questions; for `valid` and `tickets` what the sitting is worth.
- A question is right when exactly its key was chosen, whatever points another answer brought. Parts of a hundredth of a point
  are dropped.
- 每天, 每周, 每月 go by the start of a sitting, in the contest's zone.
- Of two sittings worth the same that one is better which the ties of the file prefer, then the earlier.
- Who has only sittings that are not valid took part: a place among those with nothing, one person for the unit, in its mean too.
- Passing and full marks are reached by any one valid sitting; full marks are the most that a sitting can be worth.
- A mean is compared exactly between people, and rounded to hundredths, as printed, when a unit adds it up.
- score_rate is the (shrunk) mean divided by the most that can count for one person, so often the full marks of a sitting as
  sittings are added up; where that has no end it cannot be had. min_mean looks at the mean that is not shrunk.
- hide_mean_below: no place where mean, per_head, score_rate, median, top_sum or top_mean decide, rank steps and bands by them
  included; the sum of points is not a mean.
- Rank steps are among the units of the kind that have a place; who has none takes none from the others.
- A ticket needs a valid sitting that also meets `when`; stages collected bring one ticket, however many they are.
- Who stands under no unit of the kind of `per_unit` has no quota to be in.

The parts: reference_file (what is read), reference_marking (one answer), reference_scoring (one sitting), reference_standing (one
person, places), reference_units (units), reference_awards (commendations, tickets).
"""

from reference_awards import Candidate, commended, tickets
from reference_file import File, Item, Sitting, Unit, read, stretch
from reference_marking import mark
from reference_scoring import Result, result
from reference_standing import Standing, counting, lot, order, places, standing
from reference_units import Figures, figures, line

__all__ = [
    "Candidate", "Figures", "File", "Item", "Result", "Sitting", "Standing", "Unit", "commended", "counting", "figures", "line", "lot",
    "mark", "order", "places", "read", "result", "standing", "stretch", "tickets",
]  # fmt: skip
