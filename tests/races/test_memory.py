"""What the threads of a server process take of its memory."""

import sys
from pathlib import Path

import pytest
from servers import Server, at_once, call, set_up

HEAP = 64 * 1024 * 1024  # glibc begins the heap of a thread at a multiple of this, as a stack or a library may by chance

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("servers")]


def heaps_of_threads(pid: int) -> int:
    """How many heaps a process has beside the first one: each begins with the address of what describes it, just behind."""
    found = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            where, rights, *rest = line.split()
            begin = int(where.partition("-")[0], 16)
            if begin % HEAP == 0 and rights == "rw-p" and len(rest) == 3:  # of no file
                memory.seek(begin)
                found += begin < int.from_bytes(memory.read(8), sys.byteorder) < begin + 256
    return found


def test_the_threads_of_a_process_share_two_heaps(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'quizapp.db'}"
    database, _ = set_up(url, 1)
    database.dispose()
    server = Server(tmp_path, url)
    server.start()
    try:
        at_once(lambda: call(server.port, "GET", "/api/v1/contests/june/leaderboard") for _ in range(40))
        found = [heaps_of_threads(pid) for pid in server.workers()]
    finally:
        server.stop()
    assert len(found) == 2 and max(found) <= 1, found
