"""A list of 10,000: how long it takes while links come and go, and reading the whole with and without secrets."""

import threading
from pathlib import Path

from . import stored
from .client import Client, latencies, middle, percentile
from .processes import PASSWORD, Haltere, eventually
from .report import Row
from .swarm import Swarm

N_CONNECTIONS = 10_000
# Several links to each: sockets are short.
N_BROKERS = 1_000
LISTS_PER_SECOND = 10


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, lists = (1_000, 20) if quick else (N_CONNECTIONS, 100)
    with Swarm(N_BROKERS) as swarm:
        data = stored.swarmed(binary, work, swarm, count)
        with Haltere(binary, data) as haltere:
            admin, viewer = haltere.login(), haltere.login("viewer", PASSWORD)
            eventually("all links", lambda: haltere.n_sockets() > count, pause=0.1, deadline=120)
            stop = threading.Event()
            flapping = threading.Thread(target=_flap, args=(swarm, stop))
            flapping.start()
            try:
                with Client(haltere.port, viewer) as client:
                    taken = latencies(client, [client.rendered("GET", "/api/connections")], lists, LISTS_PER_SECOND)
            finally:
                stop.set()
                flapping.join()
            with Client(haltere.port, admin) as client:
                scrapes = {
                    secrets: latencies(client, [client.rendered("GET", f"/api/connections?secrets={secrets}")], 20, 4)
                    for secrets in ("omit", "include")
                }
    detail = {"p50_ms": middle(taken), "max_ms": max(taken), "lists": lists}
    return [
        Row(f"list of {count}, p99", "ms", percentile(taken, 0.99), must_max=100, aim_max=30, detail=detail),
        Row(f"reading all {count} without secrets, p50", "ms", middle(scrapes["omit"])),
        Row(f"reading all {count} with secrets (audited), p50", "ms", middle(scrapes["include"])),
    ]


def _flap(swarm: Swarm, stop: threading.Event) -> None:
    """A broker restarts five times a second, so that no list is like the one before."""
    number = 0
    while not stop.wait(0.2):
        swarm.set(number, number + 1, "healthy")
        number = (number + 1) % N_BROKERS
