"""The contest rules: pure functions over frozen dataclasses. No database, no pages, no clock, no files.

The words (architecture.md has the whole list):

    item, kind, choice, key     one question; how it is asked and marked; what is offered; what is right
    blueprint, paper, draw      what a paper needs; the items one contestant faces; choosing them by seed
    entry, sitting              one contestant in one contest for one unit; one timed run at a paper
    response, mark, score       the answer to one item; its points; the points of one sitting
    standing                    what counts for an entry now
    merit                       the one ordered key by which two rows are compared, as bytes, more is better
    rank, place                 to order; a position: 1 2 2 4

Units: points are hundredths of a point, times are UTC milliseconds, durations milliseconds, rates and means are exact fractions.
"""
