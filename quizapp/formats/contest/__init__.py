"""A contest file: read, checked, warned of, written, and filled in as a form."""
