"""Measuring quizapp: a load generator and scenarios that start everything themselves. `python -m bench --help`.

machine    what it runs on, CPU seconds and memory of process trees
places     a PostgreSQL of our own, scratch folders, servers that are ended by whoever started them
seeding    made-up people, units, sittings and standings, by the million
inside     the application in this process: cookies for made-up people, statements per request
wire       HTTP over connections that stay open, and the record of every reply time
contestant what a contestant's browser does, one request after another
load       closed and open loops, and the CPU spent while they run
outcome    figures beside their goals;  report: the tables of docs/performance.md
scenarios  one module each
"""
