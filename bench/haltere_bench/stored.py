"""Data folders with connections in them, made through the API and kept to start from again and again."""

import shutil
from pathlib import Path

from .processes import Haltere, Mosquitto
from .swarm import Swarm


def folders(binary: Path, work: Path, broker: Mosquitto, tls: bool, sizes: list[int]) -> dict[int, Path]:
    """A data folder for each size; the larger ones hold the smaller ones' connections."""
    name = "tls" if tls else "plain"
    growing = work / f"growing-{name}"
    made = {}
    n_there = 0
    for size in sorted(sizes):
        with Haltere(binary, growing) as haltere:
            haltere.load([broker.connection(number, tls) for number in range(n_there, size)])
            if n_there == 0:
                haltere.add_user("viewer", "viewer")
        n_there = size
        made[size] = work / f"{name}-{size}"
        shutil.copytree(growing, made[size])
    return made


def swarmed(binary: Path, work: Path, swarm: Swarm, count: int) -> Path:
    """A data folder with `count` connections with passwords to the brokers of a swarm, in turn, and a viewer."""
    data = work / "data"
    with Haltere(binary, data) as haltere:
        haltere.load([
            {**swarm.connection(number % swarm.count, secret=True), "id": f"swarm-{number:05}", "name": f"Swarm {number:05}"}
            for number in range(count)
        ])
        haltere.add_user("viewer", "viewer")
    return data
