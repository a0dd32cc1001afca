"""A large fleet moves in: one import, until it is stored and answered, and until its links are up."""

import base64
import json
import subprocess
import time
from pathlib import Path

from .client import Client, middle
from .processes import Haltere, Mosquitto, eventually
from .report import Row
from .swarm import Swarm

N = 3_000
# So many connections go to each broker of the swarm.
PER_BROKER = 3
# RSA keys are slow to make. So few are made, and a line before each PEM makes every text another one, which
# haltere has to read and check for itself.
N_KEYS = 20


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, rounds = (300, 1) if quick else (N, 3)
    plain, certified, dialled, processor = [], [], [], []
    with Swarm(count // PER_BROKER) as swarm, Mosquitto(work / "broker") as broker:
        logins = [
            {**swarm.connection(number % swarm.count, secret=True), "id": f"moved-{number:05}", "name": f"Moved {number:05}"}
            for number in range(count)
        ]
        sets = _sets(work / "sets")
        certificates = [{**broker.connection(number, tls=True), **_of_its_own(sets, broker.ca, number)} for number in range(count)]
        for number in range(rounds):
            # In turn, each on a data folder of its own.
            with Haltere(binary, work / f"plain-{number}") as haltere:
                started, taken, _ = _import(haltere, logins)
                plain.append(taken)
                cookie = haltere.login()
                eventually("all links", lambda: haltere.n_connected(cookie) == count, pause=0.2)
                dialled.append(time.perf_counter() - started)
            with Haltere(binary, work / f"certified-{number}") as haltere:
                _, taken, used = _import(haltere, certificates)
                certified.append(taken)
                processor.append(used)
    detail = {"seconds": plain, "until_all_links_are_up": dialled, "bytes": len(json.dumps(logins))}
    # What the import would take without other load, or nearly: it is the work of one thread.
    heavy = {"seconds": certified, "processor_seconds": processor, "bytes": len(json.dumps(certificates))}
    return [
        Row(f"import of {count:,} with a password each", "s", middle(plain), must_max=2, aim_max=1, detail=detail),
        Row(f"import of {count:,} with a CA, certificate and RSA key each", "s", middle(certified), must_max=2, detail=heavy),
    ]


def _import(haltere: Haltere, bodies: list[dict]) -> tuple[float, float, float]:
    """When it began, how long it took until the whole report was there, and how much processor time."""
    with Client(haltere.port, haltere.login()) as client:
        request = client.rendered("POST", "/api/connection-import", bodies)
        used, started = haltere.cpu_seconds(), time.perf_counter()
        status, answer = client.exchange(request)
        taken, used = time.perf_counter() - started, haltere.cpu_seconds() - used
    if status != 200 or json.loads(answer)["create"] != len(bodies):
        raise RuntimeError(f"importing {len(bodies)} connections: {status} {answer[:500]!r}")
    return started, taken, used


def _sets(folder: Path) -> list[tuple[bytes, bytes]]:
    """Client certificates with their RSA keys, as PEM."""
    folder.mkdir()
    for number in range(N_KEYS):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=client {number}",
             "-keyout", f"{number}.key", "-out", f"{number}.crt"],
            cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
    return [((folder / f"{number}.crt").read_bytes(), (folder / f"{number}.key").read_bytes()) for number in range(N_KEYS)]


def _of_its_own(sets: list[tuple[bytes, bytes]], ca: bytes, number: int) -> dict:
    certificate, key = sets[number % len(sets)]
    texts = {"ca": ca, "cert": certificate, "key": key}
    head = f"of connection {number}\n".encode()
    return {name: {"data": base64.b64encode(head + text).decode(), "encoding": "base64"} for name, text in texts.items()}
