"""Resident memory: a fresh process with one link, and each further idle link, plain and over TLS."""

import time
from pathlib import Path

from . import stored
from .processes import Haltere, Mosquitto, eventually
from .report import Row


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    sizes = [1, 101, 201] if quick else [1, 1_001, 2_001]
    with Mosquitto(work / "broker") as broker:
        plain = _sizes(binary, work, broker, False, sizes)
        tls = _sizes(binary, work, broker, True, sizes)
    return [
        Row("memory, fresh process with one link", "MB", plain[1] * 1024 / 1e6, must_max=18.4, aim_max=14.7, detail={"rss_kib": plain[1]}),
        _per_link("plain", plain, sizes, must=7),
        _per_link("TLS", tls, sizes, must=15),
    ]


def _per_link(kind: str, rss: dict[int, int], sizes: list[int], must: int) -> Row:
    first, middle, last = sizes
    detail = {
        "rss_kib": rss,
        f"first_{middle - first}": (rss[middle] - rss[first]) / (middle - first),
        f"next_{last - middle}": (rss[last] - rss[middle]) / (last - middle),
    }
    slope = (rss[last] - rss[first]) / (last - first)
    return Row(f"memory, per further idle link, {kind}", "KiB", slope, must_max=must, detail=detail)


def _sizes(binary: Path, work: Path, broker: Mosquitto, tls: bool, sizes: list[int]) -> dict[int, int]:
    data = stored.folders(binary, work, broker, tls, sizes)
    return {size: _settled(binary, data[size], size) for size in sizes}


def _settled(binary: Path, data: Path, n_links: int) -> int:
    """KiB of a freshly started process once all links are up and nothing moves any more."""
    with Haltere(binary, data) as haltere:
        # One of the sockets is the one it listens on.
        eventually("all links", lambda: haltere.n_sockets() > n_links, pause=0.1)
        readings = [haltere.rss_kib()]
        # Longer than the interval at which the broker publishes its $SYS topics.
        while len(readings) < 60 and (len(readings) < 13 or max(readings[-12:]) - min(readings[-12:]) > 64):
            time.sleep(1)
            readings.append(haltere.rss_kib())
        return readings[-1]
