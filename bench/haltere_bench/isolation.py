"""A broker's fault stays its own: how long others' pages and links take beside each fault, against the same without it."""

import time
from pathlib import Path

from .client import Client, latencies, percentile
from .compared import median, ratio, rounded
from .others import Others
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
PER_SECOND = 300
# The longest pause between two attempts, in seconds: after that, every broker has been seen in its new mood.
MAX_BACKOFF = 2
# Seconds for what a change of moods itself causes.
SETTLE = 0.5
# A window, one second long, in which other processes of this machine took more than so many cores is left out:
# it tells about them. When too few are left, all count.
DISTURBED = 0.15
ENOUGH = 8
KINDS = ("pages", "links")


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds, windows = (2, 2) if quick else (8, 4)
    # The others have a process of their own: how busy the misbehaving ones keep theirs must not count.
    with Swarm(N_GOOD) as good, Swarm(N_BAD) as bad, Haltere(binary, work / "data", LINK_MAX_BACKOFF=f"{MAX_BACKOFF}s") as haltere:
        haltere.load([good.connection(number) for number in range(N_GOOD)])
        haltere.load([{**bad.connection(number), "id": f"bad-{number}", "name": f"Bad {number}"} for number in range(N_BAD)])
        good.set(0, N_GOOD, "echo 500")
        fleet = Fleet(haltere, good, bad)
        rows, calm = [], {kind: [] for kind in KINDS}
        for name, moods in FAULTS.items():
            without, beside, per_second = _observe(fleet, moods, rounds, windows)
            for kind in KINDS:
                calm[kind] += without.undisturbed(kind)
                detail = {"without_p99_ms": rounded(without.p99s(kind)), "beside_p99_ms": rounded(beside.p99s(kind))}
                if kind == "pages":
                    detail |= {"without": without.summary(), "beside": beside.summary()}
                    detail |= {"messages_per_second": per_second} if any(per_second) else {}
                value, interval = ratio(beside.undisturbed(kind), without.undisturbed(kind))
                rows.append(Row(f"{name}: p99 of others' {kind}", "× without", value, must_max=1.1, interval=interval, detail=detail))
        for kind, all_rounds in calm.items():
            # Every other round against those between: nothing differs, so whatever comes out is noise. As
            # many rounds on each side as above.
            pairs = [ratio(part[1::2], part[::2]) for part in _parts(all_rounds, 2 * rounds)]
            low, high = min(value for value, _ in pairs), max(value for value, _ in pairs)
            rows.append(Row(f"the same against the same: p99 of others' {kind}", "×", median([value for value, _ in pairs]),
                            interval=(low, high), detail={"each": [{"ratio": value, "interval": interval} for value, interval in pairs]}))
        return rows


def _parts(rounds: list, size: int) -> list[list]:
    return [rounds[first:first + size] for first in range(0, len(rounds) - size + 1, size)]


class Fleet:
    """Brokers that behave, others that may not, and haltere between them."""

    def __init__(self, haltere: Haltere, good: Swarm, bad: Swarm):
        self.haltere, self.good, self.bad = haltere, good, bad
        self.cookie = haltere.login()
        self.others = Others(haltere.pid, good.pid, bad.pid)

    def calm(self) -> None:
        self.bad.set(0, N_BAD, "well")
        eventually("all links", lambda: self.haltere.n_connected(self.cookie) == N_GOOD + N_BAD, pause=0.1)
        time.sleep(SETTLE)

    def fault(self, moods: list) -> None:
        first = 0
        for count, mood in moods:
            self.bad.set(first, first + count, mood)
            first += count
        time.sleep(MAX_BACKOFF + SETTLE)

    def flooded(self) -> tuple[int, float]:
        return self.bad.tally()["flooded"], time.monotonic()


def _observe(fleet: Fleet, moods: list, rounds: int, windows: int) -> tuple["Taken", "Taken", list[int]]:
    """In turn without and with the fault, without it first and last."""
    without, beside, per_second = Taken(), Taken(), []
    fleet.calm()
    without.round(fleet, windows)
    for _ in range(rounds):
        fleet.fault(moods)
        flooded, started = fleet.flooded()
        beside.round(fleet, windows)
        after, ended = fleet.flooded()
        per_second.append(round((after - flooded) / (ended - started)))
        fleet.calm()
        without.round(fleet, windows)
    return without, beside, per_second


class Taken:
    """What was observed, in windows of a second: a list of them per round."""

    def __init__(self):
        self.rounds: list[list[dict]] = []

    def round(self, fleet: Fleet, windows: int) -> None:
        with Client(fleet.haltere.port, fleet.cookie) as client:
            requests = [client.rendered("GET", target) for target in TARGETS]
            fleet.good.echoes()
            fleet.others.cores()
            self.rounds.append([_window(fleet, client, requests) for _ in range(windows)])

    def p99s(self, kind: str, most: float = float("inf")) -> list[list[float]]:
        return [[window[kind] for window in windows if window["others"] <= most] for windows in self.rounds]

    def undisturbed(self, kind: str) -> list[list[float]]:
        left = [windows for windows in self.p99s(kind, DISTURBED) if windows]
        return left if sum(map(len, left)) >= ENOUGH else self.p99s(kind)

    def summary(self) -> dict:
        windows = sum(self.rounds, [])
        return {
            **{f"{kind}_p50_ms": round(median([window[f"{kind}_p50"] for window in windows]), 3) for kind in KINDS},
            **{f"answers_{kind}": sum(window[f"n_{kind}"] for window in windows) for kind in KINDS},
            "cores": round(median([window["cores"] for window in windows]), 3),
            "cores_of_others": [[round(window["others"], 2) for window in windows] for windows in self.rounds],
            "undisturbed": sum(window["others"] <= DISTURBED for window in windows),
        }


def _window(fleet: Fleet, client: Client, requests: list[bytes]) -> dict:
    cpu, started = fleet.haltere.cpu_seconds(), time.monotonic()
    pages = latencies(client, requests, PER_SECOND, PER_SECOND)
    cores = (fleet.haltere.cpu_seconds() - cpu) / (time.monotonic() - started)
    others = fleet.others.cores()
    links = fleet.good.echoes()
    window = {"others": others, "cores": cores}
    for kind, taken in (("pages", pages), ("links", links)):
        window |= {kind: percentile(taken, 0.99), f"{kind}_p50": percentile(taken, 0.5), f"n_{kind}": len(taken)}
    return window
