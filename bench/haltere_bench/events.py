"""From the moment a broker closes a link until an open console receives it."""

import time
from pathlib import Path

from .client import Events, middle, percentile
from .processes import DEADLINE, Haltere, eventually
from .report import Row
from .swarm import Swarm

N_BROKERS = 200


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds = 1 if quick else 3
    with Swarm(N_BROKERS) as swarm, Haltere(binary, work / "data") as haltere:
        haltere.load([swarm.connection(number) for number in range(N_BROKERS)])
        cookie = haltere.login()
        taken = []
        for _ in range(rounds):
            eventually("all links", lambda: haltere.n_connected(cookie) == N_BROKERS, pause=0.2)
            with Events(haltere.port, cookie) as events:
                taken += [_change(swarm, events, number) for number in range(N_BROKERS)]
    detail = {"p50_ms": middle(taken), "max_ms": max(taken), "changes": len(taken)}
    return [Row("status change until the event, p99", "ms", percentile(taken, 0.99), must_max=250, aim_max=50, detail=detail)]


def _change(swarm: Swarm, events: Events, number: int) -> float:
    """Milliseconds. Events about other links, which come back meanwhile, are skipped."""
    wanted = swarm.connection(number)["id"]
    started = time.perf_counter()
    swarm.set(number, number + 1, "healthy")
    while time.perf_counter() < started + DEADLINE:
        name, data = events.next()
        changed = data["changed"] if name == "connections" and not data["complete"] else []
        if any(one["id"] == wanted and not one["status"]["connected"] for one in changed):
            return (time.perf_counter() - started) * 1000
    raise TimeoutError(f"no event has said that {wanted} is down")
