"""A broker that is up for a second and down for a second, for ten minutes: what it costs, and what is kept of it."""

import json
import time
from pathlib import Path

from .processes import Haltere, Mosquitto, eventually
from .report import Row

# LinkConfig::history.
KEPT = 100


def measure(binary: Path, work: Path, minutes: float) -> list[Row]:
    with Mosquitto(work / "broker") as broker, Haltere(binary, work / "data") as haltere:
        haltere.load([broker.connection(0, tls=False)])
        cookie = haltere.login()
        # Logging in and the first dial are not part of it.
        eventually("the link", lambda: haltere.n_connected(cookie) == 1, pause=0.1)
        time.sleep(2)
        rss, cpu, started = haltere.rss_kib(), haltere.cpu_seconds(), time.monotonic()
        flaps = 0
        while time.monotonic() - started < minutes * 60:
            broker.kill()
            time.sleep(1)
            broker.start()
            time.sleep(1)
            flaps += 1
        share = (haltere.cpu_seconds() - cpu) / (time.monotonic() - started) * 100
        grown = haltere.rss_kib() - rss
        _, _, history = haltere.request("GET", "/api/connections/broker-00000/history", cookie=cookie)
    detail = {"minutes": minutes, "flaps": flaps, "rss_kib_before": rss, "rss_kib_grown": grown}
    return [
        Row("flapping, processor", "% of a core", share, must_max=1, detail=detail),
        Row("flapping, lines of history", f"of {KEPT} kept", len(json.loads(history)), must_max=KEPT),
    ]
