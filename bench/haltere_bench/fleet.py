"""5,000 links at once: how soon they are up after a start, and what keeping them costs."""

import time
from pathlib import Path

from . import stored
from .processes import Haltere, eventually
from .report import Row
from .swarm import Swarm

N_LINKS = 5_000
DIALS_PER_SECOND = 200


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, seconds = (500, 5) if quick else (N_LINKS, 15)
    with Swarm(count) as swarm:
        data = stored.swarmed(binary, work, swarm, count)
        with Haltere(binary, data) as haltere:
            # One of the sockets is the one it listens on.
            eventually("all links", lambda: haltere.n_sockets() > count, pause=0.1, deadline=120)
            up = time.monotonic() - haltere.started
            # What was needed for dialling goes back.
            time.sleep(12)
            cpu, started = haltere.cpu_seconds(), time.monotonic()
            time.sleep(seconds)
            share = (haltere.cpu_seconds() - cpu) / (time.monotonic() - started) * 100
            rss = haltere.rss_kib()
    floor = count / DIALS_PER_SECOND
    return [
        Row(f"{count} links, until all are up", "s", up, detail={"at_the_dial_rate_s": floor, "times_that": up / floor}),
        Row(f"{count} links, resident memory", "MB", rss * 1024 / 1e6),
        Row(f"{count} links, processor while idle", "% of a core", share),
    ]
