"""The use cases: one function each, session first, `now` passed in; they never commit."""
