"""Pages of a long audit trail, and verifying its hash chain."""

import hashlib
import http.client
import json
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

from .processes import DEADLINE, Haltere
from .report import Row

# Of haltere-store/src/audit_chain/content.rs. What does not fit it fails to verify.
DOMAIN = b"haltere audit entry 1\0"
INSERT = (
    "INSERT INTO audit (at, actor, address, request_id, action, object, outcome, detail, times, changes, writer, position, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?)"
)
ACTIONS = ("connection.update", "connection.connect", "connection.read_secrets", "user.update")
AT_ONCE = 50_000
# No entry is old enough to be removed.
DAYS = 20


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    entries, requests = (100_000, 100) if quick else (10_000_000, 1_000)
    data = work / "data"
    with Haltere(binary, data) as haltere:
        haltere.login()
    started = time.monotonic()
    _fill(data / "haltere.db", entries)
    filling = time.monotonic() - started
    with Haltere(binary, data) as haltere:
        pages = _pages(haltere, entries, requests)
    verify = _verify(binary, data)
    worst = max(page["p99_ms"] for page in pages.values())
    detail = {"entries": entries, "filled_in_seconds": filling, "pages": pages, "verify_seconds": verify}
    return [
        Row(f"audit, a page of 100 out of {entries:,} entries, p99 of the slowest query", "ms", worst, must_max=50, detail=detail),
        Row("audit, entries verified per second", "per s", entries / verify, must_min=500_000, detail=detail),
    ]


def _text(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">Q", len(encoded)) + encoded


def _fill(database: Path, count: int) -> None:
    """Appends entries as haltere would, in large transactions and without waiting for the disk."""
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    writer, position, previous, size = connection.execute(
        "SELECT id, position, hash, bytes FROM audit_writers WHERE is_current"
    ).fetchone()
    first = int(time.time() * 1000) - DAYS * 86_400_000
    step = DAYS * 86_400_000 / count
    head = _text(writer)
    number = 0
    while number < count:
        rows = []
        for number in range(number, min(number + AT_ONCE, count)):
            position += 1
            at, actor, address = first + int(number * step), f"user-{number % 50}", f"10.0.{number % 200}.5"
            request, action, item = f"bench-{number:012x}", ACTIONS[number % 4], f"press-{number % 5_000:05}"
            changes = f"url\t=mqtt://10.0.0.{number % 250}:1883\t=mqtts://10.0.0.{number % 250}:8883\n"
            encoded = b"".join((
                DOMAIN, previous, head, struct.pack(">qq", position, at), _text(actor), b"\1", _text(address), _text(request),
                _text(action), _text(item), _text("success"), _text("url"), struct.pack(">q", 1), b"\0", b"\1", _text(changes), b"\0",
            ))
            previous = hashlib.sha256(encoded).digest()
            rows.append((at, actor, address, request, action, item, "success", "url", changes, writer, position, previous))
            # About what haltere would count.
            size += 150 + len(encoded)
        number += 1
        connection.execute("BEGIN")
        connection.executemany(INSERT, rows)
        connection.execute(
            "UPDATE audit_writers SET position = ?, hash = ?, bytes = ? WHERE id = ?", (position, previous, size, writer)
        )
        connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _pages(haltere: Haltere, entries: int, requests: int) -> dict:
    """The time of each kind of page, on one connection, one after the other."""
    cookie = haltere.login()
    middle = int(time.time() * 1000) - DAYS * 43_200_000
    queries = {
        "newest": "",
        "by a user": "actor=user-7",
        "about an object": "object=press-00042",
        "since a time": f"since={middle}",
        "with an action": "action=user.update",
        "with a text that is rare": "text=press-00042",
    }
    connection = http.client.HTTPConnection("127.0.0.1", haltere.port, timeout=DEADLINE)
    measured = {}
    for name, query in queries.items():
        times, cursor = [], None
        for _ in range(requests):
            # Page after page, so that the pages are not those that were just read.
            target = "/api/audit?" + query + (f"&cursor={cursor}" if cursor else "")
            started = time.perf_counter()
            connection.request("GET", target, headers={"Cookie": cookie})
            response = connection.getresponse()
            body = response.read()
            times.append((time.perf_counter() - started) * 1000)
            assert response.status == 200, body
            assert isinstance(json.loads(body), list)
            cursor = response.headers.get("X-Next-Cursor")
        times.sort()
        measured[name] = {"p50_ms": times[len(times) // 2], "p99_ms": times[len(times) * 99 // 100], "max_ms": times[-1]}
    connection.close()
    return measured


def _verify(binary: Path, data: Path) -> float:
    """How long `haltere audit verify` takes."""
    started = time.monotonic()
    command = [binary, "audit", "verify", "--data-dir", data]
    verified = subprocess.run(command, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True)
    if verified.returncode != 0:
        raise RuntimeError(f"the trail does not verify:\n{verified.stdout[:1000]}{verified.stderr[:1000]}")
    return time.monotonic() - started
