"""Endurance: 500 links for an hour, with everything going wrong that can, and people at work all the while."""

import json
import random
import re
import threading
import time
import traceback
from pathlib import Path

from .client import Client, Events, percentile
from .processes import PASSWORD, Haltere, Mosquitto, eventually
from .report import Row
from .swarm import Swarm

# How many brokers of the swarm behave how while there is chaos.
BEHAVIORS = [
    (300, "healthy"), (60, "flapping 1000"), (20, "slow-loris 20"), (20, "malformed 1000"), (10, "huge 20000"),
    (10, "flood 100"), (20, "dead"), (20, "silent"), (20, "accept-then-close"),
]
N_SWARM = sum(count for count, _ in BEHAVIORS)
N_REAL = 20
SAMPLE_EVERY = 10.0
# The first part of the time is warm-up, in which brokers fail so often that the history of every link is
# full at its end: what is kept of a link's past has a bound, and grows until it is reached.
WARM_UP = 1 / 6


def measure(binary: Path, work: Path, minutes: float) -> list[Row]:
    with Mosquitto(work / "broker") as broker, Swarm(N_SWARM) as swarm, \
            Haltere(binary, work / "data", LOG_LEVEL="info,haltere::metrics=debug", LINK_MAX_BACKOFF="5s", LIMITS_AUDITED_ACTIONS_PER_HOUR="1000000") as haltere:
        haltere.load([swarm.connection(number, secret=True) for number in range(N_SWARM)])
        haltere.load([broker.connection(number, tls=number % 2 == 0) for number in range(N_REAL)])
        haltere.add_user("viewer", "viewer")
        chaos = Chaos(haltere, swarm, broker)
        chaos.warm_up = True
        warming = chaos.run(minutes * 60 * WARM_UP)
        chaos.warm_up = False
        # Only now has everything been opened that is opened once, and kept: the store's connections, say.
        before = _calm(haltere, broker)
        _say(f"calm after the warm-up: {before}")
        samples = chaos.run(minutes * 60 * (1 - WARM_UP))
        after = _calm(haltere, broker, like=before)
        _say(f"calm at the end: {after}")
        n_up = haltere.n_connected(haltere.login())
        panics = haltere.log.read_bytes().count(b"panicked")
    return _rows(warming, samples, before, after, n_up, panics, chaos, minutes)


def _rows(
    warming: list[dict], samples: list[dict], before: dict, after: dict, n_up: int, panics: int, chaos: "Chaos", minutes: float,
) -> list[Row]:
    fifth = max(1, len(samples) // 5)
    # The lower decile: a login uses 19 MiB while the password is checked.
    first, last = (percentile([sample["rss_kib"] for sample in part], 0.1) for part in (samples[:fifth], samples[-fifth:]))
    detail = {
        "minutes": minutes, "first_fifth_kib": first, "last_fifth_kib": last, "calm_before": before, "calm_after": after,
        "done": dict(sorted(chaos.done.items())), "warming": warming, "samples": samples,
    }
    calm = (after["rss_kib"] / before["rss_kib"] - 1) * 100
    return [
        Row("endurance, RSS drift after warm-up, in the midst of it", "%", (last / first - 1) * 100, must_max=5, detail=detail),
        Row("endurance, RSS drift after warm-up, when calm", "%", calm, must_max=5),
        Row("endurance, descriptors leaked", "", after["descriptors"] - before["descriptors"], must_max=0),
        Row("endurance, tasks leaked", "", after["tasks"] - before["tasks"], must_max=0),
        Row("endurance, panics", "", panics + after["panics"], must_max=0),
        Row("endurance, answers of the kind 5xx", "", chaos.done.get("5xx", 0), must_max=0, detail={"first": chaos.failures}),
        Row("endurance, links up at the end", "", n_up, must_min=N_SWARM + N_REAL),
    ]


def _calm(haltere: Haltere, broker: Mosquitto, like: dict | None = None) -> dict:
    """How much of everything there is once all links are up and no client sends requests; when
    there is a `like`, waits a while for it to be no more than that."""
    everything = N_SWARM + N_REAL
    if broker.process.poll() is not None:
        broker.start()
    # Again each time: an unused session ends before the hour does.
    admin = haltere.login()
    _tidy_up(haltere, admin)
    try:
        eventually("all links", lambda: haltere.n_connected(admin) == everything, pause=1, deadline=240)
    except TimeoutError as error:
        # Reported by a row of its own; what was measured in an hour must not be lost with it.
        _say(f"{error}: {haltere.n_connected(admin)} are up")
    log_size = haltere.log.stat().st_size
    deadline = time.monotonic() + 90
    while True:
        # Connections from before are given up meanwhile, and the vital signs are logged.
        time.sleep(12)
        signs = _signs(haltere, log_size)
        more = like and any(signs[name] > like[name] for name in ("descriptors", "tasks"))
        if signs["tasks"] and (not more or time.monotonic() > deadline):
            return signs


def _tidy_up(haltere: Haltere, admin: str) -> None:
    """Deletes what a writer left behind who was interrupted."""
    _, _, body = haltere.request("GET", "/api/connections?secrets=omit", cookie=admin)
    for one in (connection["id"] for connection in json.loads(body)):
        if one.startswith("writer-"):
            haltere.request("DELETE", f"/api/connections/{one}?secrets=omit", cookie=admin)


def _signs(haltere: Haltere, since: int = 0) -> dict:
    with haltere.log.open("rb") as log:
        log.seek(max(since, haltere.log.stat().st_size - 200_000))
        logged = re.findall(rb"vital signs tasks=(\d+) links=(\d+) jobs=(\d+) panics=(\d+)", log.read())
    tasks, links, jobs, panics = (int(number) for number in logged[-1]) if logged else (0, 0, 0, 0)
    return {
        "rss_kib": haltere.rss_kib(), "anonymous_kib": haltere.rss_kib("RssAnon"), "descriptors": haltere.n_descriptors(), "cpu_s": round(haltere.cpu_seconds(), 2),
        "tasks": tasks, "links": links, "jobs": jobs, "panics": panics,
    }


class Chaos:
    """Brokers that fail and people who work, each on a thread of its own, until the time is over."""

    def __init__(self, haltere: Haltere, swarm: Swarm, broker: Mosquitto):
        self.haltere, self.swarm, self.broker = haltere, swarm, broker
        self.lock = threading.Lock()
        self.warm_up = False
        self.done: dict[str, int] = {}
        self.viewer = haltere.login("viewer")
        self.failures: list[str] = []

    def run(self, seconds: float) -> list[dict]:
        """Samples of how much of everything there was, a line each ten seconds."""
        parts = [self._brokers, self._real_broker, self._writer, self._writer, self._tester, self._logins, self._unauthenticated]
        parts += [self._events] * 6 + [self._readers] * 2
        self.stop = threading.Event()
        threads = [threading.Thread(target=self._play, args=(part, number)) for number, part in enumerate(parts)]
        first = 0
        for count, behavior in BEHAVIORS:
            self.swarm.set(first, first + count, behavior)
            first += count
        for thread in threads:
            thread.start()
        started, samples = time.monotonic(), []
        try:
            while (passed := time.monotonic() - started) < seconds:
                time.sleep(min(SAMPLE_EVERY, seconds - passed))
                samples.append({"t": round(time.monotonic() - started), **_signs(self.haltere)})
                if len(samples) % 6 == 0:
                    _say(f"{samples[-1]} {self.done}")
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
            self.swarm.set(0, N_SWARM, "healthy")
        return samples

    def _play(self, part, number: int) -> None:
        chance = random.Random(number)
        while not self.stop.is_set():
            try:
                part(chance, number)
            except (OSError, ConnectionError) as error:
                self._note(f"{part.__name__}: {type(error).__name__}")
                self.stop.wait(1)
            except Exception:
                # Nothing that an hour should be lost for, nor that may go unseen.
                self._note("surprises")
                _say(traceback.format_exc())
                self.stop.wait(1)

    def _note(self, what: str) -> None:
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def _ask(self, client: Client, method: str, target: str, body: object = None, what: str = "") -> tuple[int, bytes]:
        status, answer = client.request(method, target, body)
        self._note(f"{what or method} {status}")
        if status >= 500:
            self._note("5xx")
            if len(self.failures) < 20:
                self.failures.append(f"{method} {target}: {status} {answer[:200]!r}")
        return status, answer

    def _client(self, username: str = "admin") -> Client:
        return Client(self.haltere.port, self.haltere.login(username))

    def _brokers(self, chance: random.Random, _: int) -> None:
        """Some of the good brokers restart, or are gone for a while; now and then all of them."""
        if self.warm_up:
            # In the ways they will fail later, so that each is known from before.
            self.swarm.set(0, 300, chance.choice(["healthy", "healthy", "dead"]))
            self.stop.wait(1)
            self.swarm.set(0, 300, "healthy")
            self.stop.wait(2)
            return
        self.stop.wait(chance.uniform(2, 15))
        count = 300 if chance.random() < 0.03 else chance.randint(1, 40)
        first = chance.randint(0, 300 - count)
        self.swarm.set(first, first + count, "dead")
        self.stop.wait(chance.choice([0, 1, 5]))
        self.swarm.set(first, first + count, "healthy")
        self._note("brokers restarted")

    def _real_broker(self, chance: random.Random, _: int) -> None:
        if self.stop.wait(chance.uniform(2, 5) if self.warm_up else chance.uniform(30, 120)):
            return
        self.broker.kill() if chance.random() < 0.5 else self.broker.stop()
        self.stop.wait(0 if self.warm_up else chance.uniform(0, 5))
        self.broker.start()
        self._note("mosquitto restarted")

    def _writer(self, chance: random.Random, number: int) -> None:
        """Creates, edits, disconnects, connects and deletes; leaves nothing behind."""
        with self._client() as client:
            for turn in range(50):
                ids = [f"writer-{number}-{turn}-{n}" for n in range(3)]
                for one in ids:
                    url = chance.choice([f"mqtt://127.0.0.1:{self.broker.port}", f"mqtt://{self.swarm.addresses[0]}"])
                    body = {"id": one, "name": one, "url": url, "credentials": {"username": one, "password": "x" * 20}}
                    self._ask(client, "POST", "/api/connections?secrets=omit", body)
                for one in ids:
                    path = f"/api/connections/{one}"
                    self._ask(client, "PATCH", path, {"name": f"{one} again"})
                    self._ask(client, "POST", f"{path}/disconnect", {}, "disconnect")
                    self._ask(client, "POST", f"{path}/connect", {}, "connect")
                    self._ask(client, "GET", f"{path}/history", None, "history")
                    self._ask(client, "DELETE", f"{path}?secrets=omit")
                if self.stop.wait(chance.uniform(0.5, 3)):
                    return

    def _tester(self, chance: random.Random, _: int) -> None:
        with self._client() as client:
            for _ in range(20):
                url = chance.choice([
                    f"mqtt://{chance.choice(self.swarm.addresses)}", f"mqtts://localhost:{self.broker.tls_port}",
                    f"mqtt://127.0.0.1:{self.broker.port}", "mqtt://no-such-host.invalid:1883",
                ])
                self._ask(client, "POST", "/api/connection-test", {"url": url}, "test")
                if self.stop.wait(chance.uniform(0.5, 3)):
                    return

    def _logins(self, chance: random.Random, _: int) -> None:
        with Client(self.haltere.port) as client:
            client.cookie = self.haltere.login(chance.choice(["admin", "viewer"]))
            self._ask(client, "GET", "/api/connections?limit=10", None, "page")
            self._ask(client, "GET", "/logout", None, "logout")
        self.stop.wait(chance.uniform(0.5, 3))

    def _unauthenticated(self, chance: random.Random, _: int) -> None:
        """Wrong passwords from many addresses, bad requests, forged cookies."""
        source = f"127.0.{chance.randint(8, 15)}.{chance.randint(1, 254)}"
        with Client(self.haltere.port, source=source) as client:
            form = {"username": f"unknown-{chance.randint(0, 10**6)}", "password": "wrong"}
            self._ask(client, "POST", "/auth?json=1", form, "wrong login")
            client.cookie = f"haltere.sid={chance.randbytes(20).hex()}"
            self._ask(client, "GET", "/api/connections", None, "forged")
            self._ask(client, "POST", "/api/connections", {"id": "x" * chance.randint(1, 50_000)}, "forged")
        self.stop.wait(chance.uniform(0.5, 3))

    def _events(self, chance: random.Random, _: int) -> None:
        """Comes, reads for a while or not at all, and goes without a word."""
        with Events(self.haltere.port, self.viewer) as events:
            until = time.monotonic() + chance.uniform(1, 30)
            if chance.random() < 0.2:
                self.stop.wait(until - time.monotonic())
            while time.monotonic() < until and not self.stop.is_set():
                events.next()
        self._note("event stream")

    def _readers(self, chance: random.Random, _: int) -> None:
        with self._client(chance.choice(["admin", "viewer"])) as client:
            for _ in range(100):
                target = chance.choice(["/api/connections", "/", "/api/connections?q=swarm-00&limit=50", "/api/docs"])
                self._ask(client, "GET", target, None, "read")
                if self.stop.wait(chance.uniform(0.05, 0.5)):
                    return


def _say(text: str) -> None:
    print(f"soak: {text}", flush=True)
