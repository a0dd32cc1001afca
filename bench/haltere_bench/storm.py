"""A thousand brokers killed at the same moment, and back: how soon that is known, and what it does to others."""

import multiprocessing
import time
from pathlib import Path

from .client import Client, Events, latencies, middle, percentile
from .processes import PASSWORD, Haltere, eventually
from .report import Row
from .swarm import Swarm

N_BROKERS = 1_000
# The default of `link.dials_per_second`.
DIALS_PER_SECOND = 200
LISTS_PER_SECOND = 50


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, rounds = (200, 1) if quick else (N_BROKERS, 2)
    with Swarm(count) as swarm, Haltere(binary, work / "data") as haltere:
        haltere.load([swarm.connection(number) for number in range(count)])
        haltere.add_user("viewer", "viewer")
        storms = [_storm(haltere, swarm, count) for _ in range(rounds)]
        calm_down = _calm_down(haltere, swarm, count)
    each = lambda name: [storm[name] for storm in storms]  # noqa: E731
    calm, stormy = (percentile([one for storm in storms for one in storm.pop(name)], 0.99) for name in ("calm_ms", "stormy_ms"))
    lists = {"calm_ms": calm, "calm_all_down_ms": percentile(calm_down, 0.99), "stormy_ms": stormy}
    detail = {"rounds": storms}
    return [
        Row("storm, all known down", "s", middle(each("known_down")), must_max=2, detail=detail),
        Row("storm, 99 % back", "s", middle(each("back")), must_max=15, aim_max=6),
        Row("storm, dials in the busiest second", f"of {DIALS_PER_SECOND}", max(each("busiest_second")), must_max=DIALS_PER_SECOND * 1.05),
        Row("storm, p99 of the list", "× calm", stormy / max(calm, lists["calm_all_down_ms"]), must_max=1.1, detail=lists),
    ]


def _storm(haltere: Haltere, swarm: Swarm, count: int) -> dict:
    viewer = haltere.login("viewer", PASSWORD)
    eventually("all links", lambda: haltere.n_connected(viewer) == count, pause=0.2)
    # A link that was up for half a minute starts its back-off anew; a shorter time would count against us.
    time.sleep(2)
    lists = Lists(haltere, viewer)
    time.sleep(4)
    calm = lists.taken()
    with Events(haltere.port, viewer) as events:
        lists = Lists(haltere, viewer)
        swarm.forget()
        started = time.monotonic()
        swarm.set(0, count, "dead")
        known_down = _until(events, False, count) - started
        # Dials to the dead are refused by the kernel, unseen; for a while somebody counts them.
        swarm.set(0, count, "slamming")
        time.sleep(3)
        tried = swarm.tally()["dials"]
        started = time.monotonic()
        swarm.set(0, count, "well")
        back = _until(events, True, round(count * 0.99)) - started
        seen = swarm.tally()
        stormy = lists.taken()
    return {"known_down": known_down, "back": back, "busiest_second": seen["busiest_second"], "dials_while_slamming": tried,
            "dials": seen["dials"], "calm_ms": calm, "stormy_ms": stormy}


def _calm_down(haltere: Haltere, swarm: Swarm, count: int) -> list[float]:
    """Milliseconds of lists when all have been down for a while: they are longer, as they say why."""
    viewer = haltere.login("viewer", PASSWORD)
    swarm.set(0, count, "dead")
    time.sleep(20)
    lists = Lists(haltere, viewer)
    time.sleep(4)
    return lists.taken()


def _until(events: Events, connected: bool, count: int) -> float:
    """When the stream has told of so many connections that they are up, or down."""
    known = set()
    while len(known) < count:
        name, data = events.next()
        if name != "connections":
            continue
        for connection in data["changed"]:
            change = known.add if connection["status"]["connected"] == connected else known.discard
            change(connection["id"])
    return time.monotonic()


class Lists:
    """Asks for the list at an even rate; in a process of its own, so that reading events does not hold it up."""

    def __init__(self, haltere: Haltere, cookie: str):
        self.stop = multiprocessing.Event()
        self.results, results = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=_lists, args=(haltere.port, cookie, self.stop, results), daemon=True)
        self.process.start()

    def taken(self) -> list[float]:
        """Milliseconds each took, up to now."""
        self.stop.set()
        taken = self.results.recv()
        self.process.join()
        return taken


def _lists(port: int, cookie: str, stop, results) -> None:
    taken: list[float] = []
    with Client(port, cookie) as client:
        request = client.rendered("GET", "/api/connections")
        while not stop.is_set():
            taken += latencies(client, request, LISTS_PER_SECOND // 5, LISTS_PER_SECOND)
    results.send(taken)
