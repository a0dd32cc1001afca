"""The console in a browser: what it loads, how soon it answers, and what it costs to leave it open."""

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from . import machine
from .browser import Browser, Page, program
from .client import Events, middle, percentile
from .processes import Haltere, eventually
from .report import Row
from .swarm import Swarm

N_ROWS = 10_000
# Several links to each: sockets are short.
N_BROKERS = 1_000
# A behavior in which a broker publishes nothing for an hour: healthy ones publish the same uptime each ten seconds, as if they
# had restarted, and haltere passes that on.
QUIET = "echo 3600000"
# Seconds between two changes of which each is to be seen at once.
CALM = 5
# Code is compiled and caches are filled in the first minutes. In seconds.
WARM_UP = 180
PROBE = (Path(__file__).parent / "console.js").read_text()

# What is typed. With each of its letters but the last two there is less that fits.
WORD = "conveyor"
KINDS = ["Conveyor", "Converter", "Control", "Cooler", "Cutter", "Press", "Oven", "Kiln", "Lathe", "Mill"]


def measure(binary: Path, work: Path, quick: bool) -> Iterator[Row]:
    machine.require(program())
    count = 1_000 if quick else N_ROWS
    with Browser(work / "browser") as browser:
        yield from _many(browser, binary, work, count, rounds=3 if quick else 9)
        yield from _lively(browser, binary, work, 200 if quick else N_BROKERS, 5 if quick else 20, seconds=5 if quick else 20)


def measure_heap(binary: Path, work: Path, minutes: float) -> Iterator[Row]:
    """The heap of the page's scripts while brokers come and go and the page is not used."""
    machine.require(program())
    with Browser(work / "browser") as browser, Swarm(N_BROKERS) as swarm, \
            Haltere(binary, work / "open", LINK_MAX_BACKOFF="2s") as haltere:
        swarm.set(0, swarm.count, QUIET)
        haltere.load([swarm.connection(number) for number in range(swarm.count)])
        cookie = haltere.login()
        eventually("all links", lambda: haltere.n_connected(cookie) == swarm.count, pause=0.2)
        console = Console(browser, haltere, cookie, swarm.count)
        with Restarts(swarm, swarm.count):
            heaps = console.heaps(WARM_UP, minutes * 60)
    first, last = heaps[0], heaps[-1]
    yield Row(f"console, memory of scripts after {minutes:.0f} minutes, {N_BROKERS} brokers that change", "MB", last,
              detail={"each_minute": heaps})
    yield Row(f"console, growth of that memory in {minutes:.0f} minutes", "MB", last - first, must_max=1)


def _many(browser: Browser, binary: Path, work: Path, count: int, rounds: int) -> list[Row]:
    """With many connections that are all up and calm."""
    with Swarm(min(count, N_BROKERS)) as swarm, Haltere(binary, work / "many") as haltere:
        swarm.set(0, swarm.count, QUIET)
        haltere.load([
            {**swarm.connection(number % swarm.count), "id": f"{number:05}", "name": _name(number)} for number in range(count)
        ])
        cookie = haltere.login()
        eventually("all links", lambda: haltere.n_connected(cookie) == count, pause=0.5, deadline=180)
        console = Console(browser, haltere, cookie, count)
        loads = {coding: console.load(coding) for coding in ("gzip", "br")}
        opened = [console.open() for _ in range(rounds)]
        keys, heap = console.type(rounds)
    ready = [each["ready"] for each in opened]
    next_frame, followed = ([key[what] for key in keys] for what in ("next", "followed"))
    return [
        Row("console, script and style of the first load, gzip", "KB", loads["gzip"]["script_and_style"], must_max=200, aim_max=170,
            detail={**loads["gzip"], "browser": browser.version}),
        Row("console, script and style of the first load, brotli", "KB", loads["br"]["script_and_style"], must_max=200, aim_max=170,
            detail=loads["br"]),
        Row(f"console, fleet of {count} answers a key", "s", middle(ready) / 1000, must_max=0.7, aim_max=0.4,
            detail={"rows_are_there_ms": [round(each["rows"]) for each in opened], "answered_ms": [round(each) for each in ready]}),
        Row(f"console, filter key among {count}, p50", "ms", middle(next_frame), must_max=16,
            detail={"keys": len(keys), "max_ms": max(next_frame)}),
        Row(f"console, filter key among {count}, p95", "ms", percentile(next_frame, 0.95), must_max=50),
        Row(f"console, filter key among {count}, until the rows follow, p50", "ms", middle(followed),
            detail={"max_ms": max(followed)}),
        Row(f"console, filter key among {count}, until the rows follow, p95", "ms", percentile(followed, 0.95)),
        Row(f"console, memory of scripts with {count} rows", "MB", heap / 1e6),
    ]


def _name(number: int) -> str:
    return f"{KINDS[number % len(KINDS)]} {number:05}"


class Console:
    """The fleet page of a logged-in user, opened again for each question."""

    def __init__(self, browser: Browser, haltere: Haltere, cookie: str, count: int):
        self.browser, self.haltere, self.cookie, self.count = browser, haltere, cookie, count
        self.url = f"http://127.0.0.1:{haltere.port}/"

    def load(self, coding: str) -> dict:
        """Kilobytes by kind, as they came through the network with their heads: what was asked for until the rows were there,
        and what was fetched ahead within a second after that."""
        with self.page() as page:
            page.call("Network.enable")
            page.call("Network.setCacheDisabled", cacheDisabled=True)
            page.call("Network.setExtraHTTPHeaders", headers={"Accept-Encoding": coding})
            page.goto(self.url)
            rows = page.next_report()["rows"] / 1000 + _navigation_began(page)
            events = self.browser.listen(1)
        kinds, asked, came, later, codings, files = {}, {}, {}, 0.0, set(), 0
        for message in events:
            method, event = message["method"], message.get("params", {})
            if method == "Network.requestWillBeSent":
                asked[event["requestId"]] = event["timestamp"]
            elif method == "Network.responseReceived":
                kinds[event["requestId"]] = event["type"].lower()
                if event["type"] in ("Script", "Stylesheet"):
                    codings.add(event["response"]["headers"].get("content-encoding"))
            elif method == "Network.loadingFinished":
                size, kind = event["encodedDataLength"] / 1000, kinds[event["requestId"]]
                if asked[event["requestId"]] > rows:
                    later += size
                    continue
                came[kind] = came.get(kind, 0.0) + size
                files += kind in ("script", "stylesheet")
        # A few are too small to be packed.
        if coding not in codings or not codings <= {coding, None}:
            raise RuntimeError(f"the server's codings are {codings} and not {coding}")
        return {"script_and_style": came["script"] + came["stylesheet"], "files": files, "kilobytes": came, "fetched_ahead": later}

    def open(self) -> dict:
        """When the rows are there, and when a key has been answered: milliseconds since the navigation began."""
        with self.page() as page:
            page.call("Network.setCacheDisabled", cacheDisabled=True)
            page.goto(self.url)
            rows = page.next_report()["rows"]
            page.press("/")
            return {"rows": rows, "ready": self.key(page, WORD[:1])["at"]}

    def type(self, rounds: int) -> tuple[list[dict], float]:
        """A word, several times: what each key took. And how many bytes the scripts hold."""
        keys = []
        with self.page() as page:
            page.goto(self.url)
            page.next_report()
            page.call("HeapProfiler.collectGarbage")
            heap = page.call("Runtime.getHeapUsage")["usedSize"]
            page.press("/")
            for _ in range(rounds):
                for end in range(1, len(WORD) + 1):
                    keys.append(self.key(page, WORD[:end]))
                    # Who types is not slowed down by what is still to be done: a letter each tenth of a second.
                    time.sleep(0.1)
                page.press("Escape")
                page.evaluate(f"probe.changes(() => document.querySelector('#all > span').textContent === '{self.count}')")
                time.sleep(0.2)
        return keys, heap

    def key(self, page: Page, text: str) -> dict:
        """Types the last letter of a text whose other letters are there already."""
        wanted = sum(text in _name(number).lower() for number in range(self.count))
        page.evaluate(f"void (globalThis.answered = probe.key({wanted}, '{text}'))")
        page.press(text[-1])
        return page.evaluate("answered")

    def follow(self, swarm: Swarm, changes: int) -> list[float]:
        """Milliseconds from the moment a broker closes its link until its row is painted without it."""
        taken = []
        with self.page() as page:
            page.goto(f"{self.url}?sort=name")
            page.next_report()
            began = _navigation_began(page)
            for number in range(changes):
                # The console draws a fleet that never rests less often: this one rests.
                time.sleep(CALM)
                name = swarm.connection(number)["name"]
                page.evaluate(f"probe.scrollTo({number}, '{name}')")
                page.evaluate(f"void (globalThis.answered = probe.leaves('{name}', 'Connected'))")
                started = time.monotonic()
                # One that is back at once would not be seen to be away.
                swarm.set(number, number + 1, "dead")
                taken.append((began - started) * 1000 + page.evaluate("answered"))
                swarm.set(number, number + 1, QUIET)
        return taken

    def cost(self, seconds: float, restarts: "Restarts | None" = None) -> dict:
        """What an open page costs, by kind of process, in percent of a core."""
        with self.page() as page, Changes(self.haltere, self.cookie) as changes:
            page.goto(self.url)
            page.next_report()
            page.call("Performance.enable")
            time.sleep(5)
            seen, counted, used, started = changes.count, page.metrics(), self.browser.cpu_seconds(), time.monotonic()
            time.sleep(seconds)
            passed = time.monotonic() - started
            now_used, now_counted = self.browser.cpu_seconds(), page.metrics()
            per_second = (changes.count - seen) / passed
        percent = {kind: (now_used[kind] - used.get(kind, 0.0)) / passed * 100 for kind in now_used}
        spent = {name: (now_counted[f"{name}Duration"] - counted[f"{name}Duration"]) / passed * 100
                 for name in ("Task", "Script", "Layout", "RecalcStyle")}
        layouts = (now_counted["LayoutCount"] - counted["LayoutCount"]) / passed
        if restarts and (per_second < self.count / 20 or layouts < 1):
            raise RuntimeError(f"{per_second:.0f} changes and {layouts:.1f} layouts a second: nothing moves")
        return {"percent": percent, "changes_per_second": per_second, "layouts_per_second": layouts, "main_thread_percent": spent}

    def heaps(self, warm_up: float, seconds: float) -> list[float]:
        """How many megabytes the scripts hold once a minute, after a garbage collection."""
        heaps = []
        with self.page() as page:
            page.goto(self.url)
            page.next_report()
            due = time.monotonic() + warm_up
            ends = due + seconds
            while due <= ends:
                # Events of the page would pile up here.
                self.browser.listen(due - time.monotonic())
                # What a first collection finalizes, the next one frees.
                for _ in range(2):
                    page.call("HeapProfiler.collectGarbage")
                heaps.append(page.call("Runtime.getHeapUsage")["usedSize"] / 1e6)
                due += 60
        return heaps

    def page(self) -> Page:
        return self.browser.page(self.cookie, self.url, PROBE)


def _lively(browser: Browser, binary: Path, work: Path, count: int, changes: int, seconds: float) -> list[Row]:
    """With brokers that come and go."""
    # Each restarts more often than a broker should, and is to be back at once all the same.
    with Swarm(count) as swarm, Haltere(binary, work / "lively", LINK_MAX_BACKOFF="2s") as haltere:
        swarm.set(0, count, QUIET)
        haltere.load([swarm.connection(number) for number in range(count)])
        cookie = haltere.login()
        eventually("all links", lambda: haltere.n_connected(cookie) == count, pause=0.2)
        console = Console(browser, haltere, cookie, count)
        taken = console.follow(swarm, changes)
        calm = console.cost(seconds)
        with Restarts(swarm, count) as restarts:
            lively = console.cost(seconds, restarts)
    renderer, whole = lively["percent"]["renderer"], sum(lively["percent"].values())
    return [
        Row("console, status change until it is seen, p50", "ms", middle(taken), detail={"changes": len(taken), "max_ms": max(taken)}),
        Row("console, status change until it is seen, p95", "ms", percentile(taken, 0.95)),
        Row(f"console, renderer's processor, {count} brokers that change", "% of a core", renderer, must_max=3.5, detail=lively),
        Row(f"console, all of the browser, {count} brokers that change", "% of a core", whole),
        Row(f"console, renderer's processor, {count} brokers at rest", "% of a core", calm["percent"]["renderer"], detail=calm),
    ]


class Restarts:
    """Each broker restarts every 20 seconds, one after the other at an even rate: down and up, it changes every ten."""

    EVERY = 20

    def __init__(self, swarm: Swarm, count: int):
        self.swarm, self.count, self.stop = swarm, count, threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop.set()
        self.thread.join()

    def _run(self) -> None:
        due, number = time.monotonic(), 0
        while not self.stop.wait(max(0.0, due - time.monotonic())):
            self.swarm.set(number, number + 1, QUIET)
            # No neighbours one after the other: all of the list is concerned at any time.
            number = (number + 617) % self.count
            due += self.EVERY / self.count


class Changes:
    """Counts the changes on an event stream of its own."""

    def __init__(self, haltere: Haltere, cookie: str):
        self.events, self.count = Events(haltere.port, cookie), 0
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        # It wakes up: the stream ends under it.
        self.events.client.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.events.client.socket.close()

    def _run(self) -> None:
        while True:
            try:
                name, data = self.events.next()
            except ConnectionError:
                return
            if name == "connections" and not data["complete"]:
                self.count += len(data["changed"])


def _navigation_began(page: Page) -> float:
    """By our own clock, which is the browser's, too: of several looks the closest one."""
    looks = []
    for _ in range(20):
        before = time.monotonic()
        at = page.evaluate("performance.now()") / 1000
        after = time.monotonic()
        looks.append((after - before, (before + after) / 2 - at))
    return min(looks)[1]
