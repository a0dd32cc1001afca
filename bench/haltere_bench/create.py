"""POST /api/connections on a broker that is up, against what can't be spared: an MQTT connect and one synced insert."""

import socket
import sqlite3
import time
from pathlib import Path

from .client import Client, undisturbed
from .compared import interval, median
from .processes import Haltere, Mosquitto
from .report import Row

N = 300
WARM_UP = 10
# CONNECT of MQTT 5: clean start, keep-alive 30, client id "bare".
CONNECT = b"\x10\x11\x00\x04MQTT\x05\x02\x00\x1e\x00\x00\x04bare"
CONNACK = 0x20


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count = N // 10 if quick else N
    ours, bare = [], []
    with Mosquitto(work / "broker") as broker, Haltere(binary, work / "data") as haltere:
        database = _database(work / "bare.db")
        with Client(haltere.port, haltere.login()) as client, undisturbed():
            for number in range(count + WARM_UP):
                body = broker.connection(number, tls=False)
                # Each goes first every other time.
                parts = [lambda: ours.append(_create(client, body)), lambda: bare.append(_bare(broker, database, number, body))]
                for part in parts if number % 2 == 0 else reversed(parts):
                    part()
                # The answer holds all connections: it must not grow with the rounds.
                client.request("DELETE", f"/api/connections/{body['id']}")
                # Not so fast that the fleet's dial rate would be what is measured.
                time.sleep(0.02)
    ours, bare = ours[WARM_UP:], bare[WARM_UP:]
    ratios = [one / other for one, other in zip(ours, bare)]
    floor = [after / before for before, after in zip(bare, bare[1:])]
    detail = {
        "haltere_ms": median(ours), "bare_ms": median(bare), "rounds": count, "same_against_same": median(floor),
        "same_against_same_interval": interval(floor),     }
    return [Row("create on a live broker, p50", "× connect + insert", median(ratios), must_max=2, aim_max=1.2,
                interval=interval(ratios), detail=detail)]


def _create(client: Client, body: dict) -> float:
    request = client.rendered("POST", "/api/connections", body)
    started = time.perf_counter()
    status, answer = client.exchange(request)
    taken = time.perf_counter() - started
    if status != 200:
        raise RuntimeError(f"{status} {answer[:300]!r}")
    return taken * 1000


def _bare(broker: Mosquitto, database: sqlite3.Connection, number: int, body: dict) -> float:
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", broker.port)) as link:
        link.sendall(CONNECT)
        if link.recv(64)[0] != CONNACK:
            raise RuntimeError("not logged in")
        with database:
            database.execute("INSERT INTO connections VALUES (?, ?, ?)", (f"{body['id']}-{number}", body["name"], body["url"]))
        taken = time.perf_counter() - started
    return taken * 1000


def _database(path: Path) -> sqlite3.Connection:
    """On the same disk, synced the way haltere's is."""
    database = sqlite3.connect(path)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE connections (id TEXT PRIMARY KEY, name TEXT UNIQUE, url TEXT)")
    database.commit()
    return database
