"""quizapp: timed quizzes, leaderboards and rankings of organisation units for 安全生产月.

The house (imports point down this page only; `|` siblings do not know each other):

    app                       the one place where the parts are joined
    web | cli | jobs          pages and API by visitor; commands; what runs without a visitor
    services | formats        use cases (session first, `now` passed in, never commit); file formats
    models                    the tables
    rules                     the contest rules: pure functions
    settings | errors

Reading down a folder shows a layer; `git ls-files '*sittings*'` shows a feature.
"""

import gc

gc.set_threshold(20_000, 20, 20)  # a request and a row make many objects, none of them in circles
