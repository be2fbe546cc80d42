"""The files: each module one format; none knows pages or tables."""
