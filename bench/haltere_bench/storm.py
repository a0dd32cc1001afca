"""A thousand brokers killed at the same moment, and back: how soon that is known, and what it does to others."""

import multiprocessing
import os
import time
from pathlib import Path

from .client import Client, Events, latencies, middle, percentile
from .others import Others
from .processes import PASSWORD, Haltere, eventually
from .report import Row
from .swarm import Swarm

N_BROKERS = 1_000
# The default of `link.dials_per_second`.
DIALS_PER_SECOND = 200
LISTS_PER_SECOND = 50
# As in isolation.py: of lists that come from a second in which other processes of this machine took more than so
# many cores, nothing is concluded, unless that is more than half of them.
DISTURBED = 0.15


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
    seconds = {name: [second for storm in storms for second in storm.pop(name)] for name in ("calm", "as_long", "stormy")}
    lists = {name: Lists.summary(of_it) for name, of_it in seconds.items()}
    up, as_long, in_storm = (lists[name]["p99_ms"] for name in seconds)
    # The same against the same: every other second of calm.
    lists["calm_against_calm"] = Lists.summary(seconds["as_long"][1::2])["p99_ms"] / Lists.summary(seconds["as_long"][::2])["p99_ms"]
    detail = {"rounds": storms}
    return [
        Row("storm, all known down", "s", middle(each("known_down")), must_max=2, detail=detail),
        Row("storm, 99 % back", "s", middle(each("back")), must_max=15, aim_max=6),
        Row("storm, dials in the busiest second", f"of {DIALS_PER_SECOND}", max(each("busiest_second")), must_max=DIALS_PER_SECOND * 1.05),
        Row("storm, p99 of the list", "× calm, as long", in_storm / as_long, must_max=1.1, detail=lists),
        Row("storm, p99 of the list, against the shorter one when all are up", "×", in_storm / up),
    ]


def _storm(fleet: tuple[Haltere, Swarm], calm_fleet: tuple[Haltere, Swarm]) -> dict:
    haltere, swarm = fleet
    count, pids = swarm.count, [process.pid for process in (*fleet, *calm_fleet)]
    viewer = haltere.login("viewer", PASSWORD)
    eventually("all links", lambda: haltere.n_connected(viewer) == count, pause=0.2)
    # A link that was up for half a minute starts its back-off anew; a shorter time would count against us.
    time.sleep(2)
    calm = _calm(haltere, viewer, pids)
    as_long = _calm(calm_fleet[0], calm_fleet[0].login("viewer", PASSWORD), pids)
    with Events(haltere.port, viewer) as events:
        lists = Lists(haltere, viewer, pids)
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
            "dials": seen["dials"], "calm": calm, "as_long": as_long, "stormy": stormy}


def _calm(haltere: Haltere, viewer: str, pids: list[int]) -> list[dict]:
    lists = Lists(haltere, viewer, pids)
    time.sleep(6)
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

    @staticmethod
    def summary(seconds: list[dict]) -> dict:
        quiet = [second for second in seconds if second["others"] <= DISTURBED]
        counted = quiet if len(quiet) * 2 >= len(seconds) else seconds
        taken = [one for second in counted for one in second["ms"]]
        return {
            "bytes": [min(second["bytes"] for second in seconds), max(second["bytes"] for second in seconds)],
            "p50_ms": percentile(taken, 0.5), "p99_ms": percentile(taken, 0.99), "lists": len(taken),
            "seconds": len(seconds), "undisturbed": len(quiet),
        }


def _lists(port: int, cookie: str, ours: list[int], stop, results) -> None:
    seconds: list[dict] = []
    with Client(port, cookie) as client:
        requests, others = [client.rendered("GET", "/api/connections")], Others(*ours)
        while not stop.is_set():
            taken = latencies(client, requests, LISTS_PER_SECOND, LISTS_PER_SECOND)
            length = len(client.exchange(requests[0])[1])
            seconds.append({"ms": taken, "others": others.cores(), "bytes": length})
    results.send(seconds)
