"""A broker's fault stays its own: how long others' pages and links take beside each fault, against the same without it."""

import time
from pathlib import Path

from .client import Client, latencies, middle, percentile
from .processes import Haltere, eventually
from .report import Row
from .swarm import Swarm

N_GOOD = 200
# What is wrong, with how many brokers, and in which mood they are.
FAULTS = {
    "slow-loris": [(20, "loris 20")],
    "256 MB declared": [(5, "huge 5000000")],
    "malformed packets": [(20, "malformed 1000")],
    "$SYS flood, 100,000/s": [(1, "flood 100000")],
    "500 dead brokers": [(250, "dead"), (250, "silent")],
}
N_BAD = max(sum(count for count, _ in moods) for moods in FAULTS.values())
TARGETS = ["/api/connections?q=swarm-00&limit=200", "/api/connections/swarm-00007", "/api/plugins"]
PER_SECOND = 200
# Seconds for what a change of moods itself causes.
SETTLE = 0.5


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds, seconds = (3, 1.5) if quick else (5, 2)
    # The others have a process of their own: how busy the misbehaving ones keep theirs must not count.
    with Swarm(N_GOOD) as good, Swarm(N_BAD) as bad, Haltere(binary, work / "data", LINK_MAX_BACKOFF="2s") as haltere:
        haltere.load([good.connection(number) for number in range(N_GOOD)])
        haltere.load([{**bad.connection(number), "id": f"bad-{number}", "name": f"Bad {number}"} for number in range(N_BAD)])
        cookie = haltere.login()
        good.set(0, N_GOOD, "echo 500")
        parts = [_compare(haltere, cookie, good, bad, name, moods, rounds, seconds) for name, moods in FAULTS.items()]
        return [row for part in parts for row in part]


def _compare(haltere, cookie, good, bad, name: str, moods: list, rounds: int, seconds: float) -> list[Row]:
    without, beside, rates = Taken(), Taken(), []
    for _ in range(rounds):
        bad.set(0, N_BAD, "well")
        eventually("all links", lambda: haltere.n_connected(cookie) == N_GOOD + N_BAD, pause=0.1)
        time.sleep(SETTLE)
        _observe(haltere, cookie, good, seconds, without)
        first = 0
        for count, mood in moods:
            bad.set(first, first + count, mood)
            first += count
        time.sleep(SETTLE)
        flooded, started = bad.tally()["flooded"], time.monotonic()
        _observe(haltere, cookie, good, seconds, beside)
        rates.append((bad.tally()["flooded"] - flooded) / (time.monotonic() - started))
    # Of each round by itself, so that what else the machine did in one of them does not decide.
    ratios = {what: [b / w for b, w in zip(beside.p99s(what), without.p99s(what))] for what in ("pages", "links")}
    pages, links = middle(ratios["pages"]), middle(ratios["links"])
    detail = {"ratios": ratios, "without": without.summary(), "beside": beside.summary()}
    if any(rates):
        detail["messages_per_second"] = [round(rate) for rate in rates]
    return [
        Row(f"{name}: p99 of others' pages", "× without", pages, must_max=1.1, detail=detail),
        Row(f"{name}: p99 of others' links", "× without", links, must_max=1.1),
    ]


class Taken:
    """What was observed in all rounds of one kind."""

    def __init__(self):
        # A list per round.
        self.milliseconds: dict[str, list[list[float]]] = {"pages": [], "links": []}
        self.cpu: list[float] = []

    def p99s(self, what: str) -> list[float]:
        return [percentile(taken, 0.99) for taken in self.milliseconds[what]]

    def summary(self) -> dict:
        return {
            **{f"{what}_p{share}_ms": [round(percentile(taken, share / 100), 3) for taken in rounds]
               for what, rounds in self.milliseconds.items() for share in (50, 99)},
            "answers": {what: sum(map(len, rounds)) for what, rounds in self.milliseconds.items()},
            "cores": [round(cpu, 3) for cpu in self.cpu],
        }


def _observe(haltere: Haltere, cookie: str, good: Swarm, seconds: float, taken: Taken) -> None:
    good.echoes()
    cpu, started = haltere.cpu_seconds(), time.monotonic()
    pages = []
    with Client(haltere.port, cookie) as client:
        for target in TARGETS:
            count = int(seconds * PER_SECOND / len(TARGETS))
            pages += latencies(client, client.rendered("GET", target), count, PER_SECOND)
    taken.milliseconds["pages"].append(pages)
    taken.milliseconds["links"].append(good.echoes())
    taken.cpu.append((haltere.cpu_seconds() - cpu) / (time.monotonic() - started))
