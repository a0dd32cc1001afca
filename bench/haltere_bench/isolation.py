"""A broker's fault stays its own: how long others' pages and links take during each fault, against the same without it."""

import json
import multiprocessing
import time
from contextlib import ExitStack
from pathlib import Path

from .client import Client, latencies, percentile
from .compared import Rounds, median, ratio
from .others import Others
from .processes import Haltere, eventually
from .report import Row
from .swarm import Swarm

N_GOOD = 200
# What is wrong, with how many brokers, and how they behave.
FAULTS = {
    "slow-loris": [(20, "slow-loris 20")],
    "256 MB declared": [(5, "huge 5000000")],
    "malformed packets": [(20, "malformed 1000")],
    "$SYS flood, 100,000/s": [(1, "flood 100000")],
    "500 dead brokers": [(250, "dead"), (250, "silent")],
}
N_BAD = max(sum(count for count, _ in behaviors) for behaviors in FAULTS.values())
TARGETS = ["/api/connections?q=swarm-00&limit=200", "/api/connections/swarm-00007", "/api/plugins"]
PER_SECOND = 250
# The longest pause between two attempts, in seconds: after that, every broker has been seen in its new behavior.
MAX_BACKOFF = 2
# Seconds for what a change of behaviors itself causes.
SETTLE = 0.5
KINDS = ("pages", "links")


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds, windows = (2, 2) if quick else (12, 6)
    # The well-behaved have a process of their own: how busy the misbehaving ones keep theirs must not count.
    with Side(binary, work / "data") as faulty, Side(binary, work / "control") as control:
        rows, calm = [], {kind: [] for kind in KINDS}
        for name, behaviors in FAULTS.items():
            without, during, per_second = _observe(faulty, control, behaviors, rounds, windows)
            for kind in KINDS:
                calm[kind] += without.quotients(kind)
                value, interval = ratio(during.quotients(kind), without.quotients(kind))
                detail = {"without": without.summary(kind), "during": during.summary(kind)}
                detail["not_corrected"] = ratio(during.p99s(kind), without.p99s(kind))
                if any(per_second):
                    detail["messages_per_second"] = per_second
                rows.append(Row(f"{name}: p99 of others' {kind}", "× without", value, must_max=1.1, interval=interval, detail=detail))
            cores = during.cores() - without.cores()
            rows.append(Row(f"{name}: processor time", "of a core more", cores, must_max=0.1))
        return rows + [_floor(kind, calm[kind], 2 * rounds) for kind in KINDS]


def _floor(kind: str, rounds: Rounds, size: int) -> Row:
    """Every other round without a fault against those between: nothing differs, so whatever comes out is noise.
    As many rounds on each side as above, or nearly."""
    parts = [rounds[first:first + size] for first in range(0, len(rounds) - size + 1, size)]
    each = [ratio(part[1::2], part[::2]) for part in parts]
    values = [value for value, _ in each]
    interval = (min(low for _, (low, _) in each), max(high for _, (_, high) in each))
    return Row(f"the same against the same: p99 of others' {kind}", "×", median(values), interval=interval, detail={"each": each})


class Side:
    """A haltere, brokers that behave, others that may not, and a client that requests pages. There are two of
    them, side by side: what the machine does at a moment hits both."""

    def __init__(self, binary: Path, data: Path):
        self.good, self.bad = Swarm(N_GOOD), Swarm(N_BAD)
        self.haltere = Haltere(binary, data, LINK_MAX_BACKOFF=f"{MAX_BACKOFF}s")
        self.stack = ExitStack()
        self.edits = 0

    def __enter__(self):
        with ExitStack() as stack:
            good, bad, haltere = (stack.enter_context(process) for process in (self.good, self.bad, self.haltere))
            haltere.load([good.connection(number) for number in range(N_GOOD)])
            haltere.load([{**bad.connection(number), "id": f"bad-{number}", "name": f"Bad {number}"} for number in range(N_BAD)])
            good.set(0, N_GOOD, "echo 250")
            self.cookie = haltere.login()
            self.until_all_are_up()
            self.pages = Pages(haltere.port, self.cookie)
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_) -> None:
        self.stack.close()

    def until_all_are_up(self) -> None:
        eventually("all links", lambda: self.haltere.n_connected(self.cookie) == N_GOOD + N_BAD, pause=0.1)

    def calm(self) -> None:
        self.bad.set(0, N_BAD, "healthy")
        self.until_all_are_up()
        self.ask_for_sys_again()
        time.sleep(SETTLE)

    def ask_for_sys_again(self) -> None:
        """Sessions that end early, one after the other, look like brokers that can't bear to be asked for `$SYS`:
        they are asked again after an edit. Without it, a flood of `$SYS` would have no receiver."""
        self.edits += 1
        status, _, body = self.haltere.request("GET", "/api/connections?q=bad-&secrets=omit&limit=1000", cookie=self.cookie)
        assert status == 200, body
        for connection in json.loads(body):
            if connection.get("broker", {}).get("sys"):
                edit = json.dumps({"name": f"{connection['id']} after {self.edits} edits"})
                status, _, body = self.haltere.request("PATCH", f"/api/connections/{connection['id']}", edit, self.cookie)
                assert status == 200, body
        self.until_all_are_up()

    def fault(self, behaviors: list) -> None:
        first = 0
        for count, behavior in behaviors:
            self.bad.set(first, first + count, behavior)
            first += count
        time.sleep(MAX_BACKOFF + SETTLE)

    def pids(self) -> list[int]:
        return [process.pid for process in (self.good, self.bad, self.haltere, self.pages.process)]


class Pages:
    """Asks for pages at an even rate, a second at a time, in a process of its own."""

    def __init__(self, port: int, cookie: str):
        self.pipe, theirs = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=_ask, args=(port, cookie, theirs), daemon=True)
        self.process.start()

    def begin(self) -> None:
        self.pipe.send(None)

    def taken(self) -> list[float]:
        return self.pipe.recv()


def _ask(port: int, cookie: str, pipe) -> None:
    while True:
        pipe.recv()
        # Kept open from one second to the next it would be given up as idle during a fault's settling.
        with Client(port, cookie) as client:
            requests = [client.rendered("GET", target) for target in TARGETS]
            client.exchange(requests[0])
            pipe.send(latencies(client, requests, PER_SECOND, PER_SECOND))


def _observe(faulty: Side, control: Side, behaviors: list, rounds: int, windows: int) -> tuple["Taken", "Taken", list[int]]:
    """In turn without and with the fault, without it first and last."""
    without, during, per_second = Taken(faulty, control), Taken(faulty, control), []
    faulty.calm()
    without.round(windows)
    for _ in range(rounds):
        faulty.fault(behaviors)
        flooded, started = faulty.bad.stats()["flooded"], time.monotonic()
        during.round(windows)
        per_second.append(round((faulty.bad.stats()["flooded"] - flooded) / (time.monotonic() - started)))
        faulty.calm()
        without.round(windows)
    return without, during, per_second


class Taken:
    """What was observed, in windows of a second: a list of them per round."""

    def __init__(self, faulty: Side, control: Side):
        self.sides = {"faulty": faulty, "control": control}
        self.others = Others(*faulty.pids(), *control.pids())
        self.rounds: list[list[dict]] = []

    def round(self, windows: int) -> None:
        for side in self.sides.values():
            side.good.echoes()
        self.rounds.append([self._window() for _ in range(windows)])

    def _window(self) -> dict:
        haltere = self.sides["faulty"].haltere
        self.others.cores()
        cpu, started = haltere.cpu_seconds(), time.monotonic()
        for side in self.sides.values():
            side.pages.begin()
        taken = {(name, "pages"): side.pages.taken() for name, side in self.sides.items()}
        cores = (haltere.cpu_seconds() - cpu) / (time.monotonic() - started)
        window = {"others": self.others.cores(), "cores": cores}
        taken |= {(name, "links"): side.good.echoes() for name, side in self.sides.items()}
        for key, milliseconds in taken.items():
            window[key] = {"p50": percentile(milliseconds, 0.5), "p99": percentile(milliseconds, 0.99), "n": len(milliseconds)}
        return window

    def p99s(self, kind: str) -> Rounds:
        """Of the haltere that may have a fault at the same time."""
        return [[window["faulty", kind]["p99"] for window in windows] for windows in self.rounds]

    def quotients(self, kind: str) -> Rounds:
        """The same divided by those of the one that never has, at the same moment."""
        return [[window["faulty", kind]["p99"] / window["control", kind]["p99"] for window in windows] for windows in self.rounds]

    def cores(self) -> float:
        return median([window["cores"] for windows in self.rounds for window in windows])

    def summary(self, kind: str) -> dict:
        windows = sum(self.rounds, [])
        return {
            **{f"{name}_{share}_ms": [[round(window[name, kind][share], 3) for window in part] for part in self.rounds]
               for name in self.sides for share in ("p50", "p99")},
            "answers": sum(window["faulty", kind]["n"] for window in windows), "cores": round(self.cores(), 3),
            "cores_of_others": [[round(window["others"], 2) for window in part] for part in self.rounds],
        }
