"""A thousand brokers killed at the same moment, and back: how soon that is known, and what it does to others."""

import multiprocessing
import os
import time
from pathlib import Path

from .client import Client, Events, latencies, middle, percentile
from .compared import resampled
from .others import Others
from .processes import PASSWORD, Haltere, eventually
from .report import Row
from .swarm import Swarm

N_BROKERS = 1_000
# The default of `link.dials_per_second`.
DIALS_PER_SECOND = 200
LISTS_PER_SECOND = 50


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, rounds = (200, 1) if quick else (N_BROKERS, 4)
    # Nothing ever happens to the others: they are there for a list that is as long as one that says of each of
    # `count` why it is down.
    with Swarm(count) as swarm, Haltere(binary, work / "data") as haltere, \
            Swarm(count * 3 // 2) as lasting, Haltere(binary, work / "calm") as calm_one:
        fleets = ((haltere, swarm), (calm_one, lasting))
        for one, brokers in fleets:
            one.load([brokers.connection(number) for number in range(brokers.count)])
            one.add_user("viewer", "viewer")
        viewer = calm_one.login("viewer", PASSWORD)
        eventually("all links", lambda: calm_one.n_connected(viewer) == lasting.count, pause=0.2)
        storms = [_storm(*fleets) for _ in range(rounds)]
    each = lambda name: [storm[name] for storm in storms]  # noqa: E731
    taken = {name: [storm.pop(name) for storm in storms] for name in ("calm", "as_long_in_calm", "stormy", "as_long")}
    lists = {name: summary(rounds) for name, rounds in taken.items()}
    value, interval = ratio_of_p99s(taken["stormy"], taken["as_long"])
    shorter, shorter_interval = ratio_of_p99s(taken["stormy"], taken["calm"])
    # The same against the same: every other second of calm.
    calm = taken["as_long_in_calm"]
    lists["same_against_same"] = ratio_of_p99s([seconds[1::2] for seconds in calm], [seconds[::2] for seconds in calm])
    detail = {"rounds": storms}
    return [
        Row("storm, all known down", "s", middle(each("known_down")), must_max=2, detail=detail),
        Row("storm, 99 % back", "s", middle(each("back")), must_max=15, aim_max=6),
        Row("storm, dials in the busiest second", f"of {DIALS_PER_SECOND}", max(each("busiest_second")), must_max=DIALS_PER_SECOND * 1.05),
        Row("storm, p99 of the list", "× calm, as long", value, must_max=1.1, interval=interval, detail=lists),
        Row("storm, p99 of the list, against the shorter one before it", "×", shorter, interval=shorter_interval),
    ]


def _storm(fleet: tuple[Haltere, Swarm], calm_fleet: tuple[Haltere, Swarm]) -> dict:
    haltere, swarm = fleet
    count, pids = swarm.count, [process.pid for process in (*fleet, *calm_fleet)]
    viewer = haltere.login("viewer", PASSWORD)
    eventually("all links", lambda: haltere.n_connected(viewer) == count, pause=0.2)
    # A link that was up for half a minute restarts its back-off; a shorter time would count against us.
    time.sleep(2)
    calm_viewer = calm_fleet[0].login("viewer", PASSWORD)
    both = lambda: (Lists(haltere, viewer, pids), Lists(calm_fleet[0], calm_viewer, pids))  # noqa: E731
    lists = both()
    time.sleep(8)
    calm, as_long_in_calm = (one.taken() for one in lists)
    with Events(haltere.port, viewer) as events:
        lists = both()
        swarm.reset_dials()
        started = time.monotonic()
        swarm.set(0, count, "dead")
        known_down = _until(events, False, count) - started
        # The kernel refuses dials to brokers that are down, and the swarm does not see them. Now it counts them for a while.
        swarm.set(0, count, "accept-then-close")
        time.sleep(3)
        tried = swarm.stats()["dials"]
        started = time.monotonic()
        swarm.set(0, count, "healthy")
        back = _until(events, True, round(count * 0.99)) - started
        seen = swarm.stats()
        stormy, as_long = (one.taken() for one in lists)
    return {"known_down": known_down, "back": back, "busiest_second": seen["busiest_second"], "dials_while_slamming": tried,
            "dials": seen["dials"], "calm": calm, "as_long_in_calm": as_long_in_calm, "stormy": stormy, "as_long": as_long}


def _until(events: Events, connected: bool, count: int) -> float:
    """When the stream has reported so many connections as up, or down."""
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

    def __init__(self, haltere: Haltere, cookie: str, ours: list[int]):
        self.stop = multiprocessing.Event()
        self.results, results = multiprocessing.Pipe(duplex=False)
        ours = [os.getpid(), *ours]
        self.process = multiprocessing.Process(target=_lists, args=(haltere.port, cookie, ours, self.stop, results), daemon=True)
        self.process.start()

    def taken(self) -> list[dict]:
        """What each took, up to now, a second at a time."""
        self.stop.set()
        taken = self.results.recv()
        self.process.join()
        return taken


def summary(rounds: list[list[dict]]) -> dict:
    seconds = sum(rounds, [])
    taken = [one for second in seconds for one in second["ms"]]
    return {
        "bytes": [min(second["bytes"] for second in seconds), max(second["bytes"] for second in seconds)],
        "p50_ms": percentile(taken, 0.5), "p99_ms": percentile(taken, 0.99), "lists": len(taken),
        "p99_ms_of_each_round": [round(p99([round_]), 3) for round_ in rounds],
        "cores_of_others": round(middle([second["others"] for second in seconds]), 2),
    }


def p99(rounds: list[list[dict]]) -> float:
    return percentile([one for seconds in rounds for second in seconds for one in second["ms"]], 0.99)


def ratio_of_p99s(of: list, by: list) -> tuple[float, tuple[float, float]]:
    """With the interval of resampled rounds, the same of both, as they were taken at the same time."""
    return p99(of) / p99(by), resampled(lambda drawn: p99([of[n] for n in drawn]) / p99([by[n] for n in drawn]), len(of))


def _lists(port: int, cookie: str, ours: list[int], stop, results) -> None:
    seconds: list[dict] = []
    with Client(port, cookie) as client:
        requests, others = [client.rendered("GET", "/api/connections")], Others(*ours)
        while not stop.is_set():
            taken = latencies(client, requests, LISTS_PER_SECOND, LISTS_PER_SECOND)
            length = len(client.exchange(requests[0])[1])
            seconds.append({"ms": taken, "others": others.cores(), "bytes": length})
    results.send(seconds)
