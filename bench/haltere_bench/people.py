"""Many users in many groups: what a member's list costs by token, a token against a session, logins under load and under attack,
and whether the time of a wrong login reveals that a name exists."""

import json
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

from .client import Client, latencies, percentile, undisturbed
from .compared import Rounds, ratio
from .processes import PASSWORD, Haltere
from .report import Row

N_CONNECTIONS, N_USERS, N_GROUPS = 10_000, 10_000, 500
# Of the member whose lists are measured.
GROUPS_OF_MEMBER = 20
MEMBER = "member"
DATABASE = "haltere.db"


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count, users, groups = (1_000, 200, 50) if quick else (N_CONNECTIONS, N_USERS, N_GROUPS)
    rounds, logins = (4, 10) if quick else (20, 200)
    data, token = _stored(binary, work, count, users, groups)
    with Haltere(binary, data) as haltere:
        bearer = f"Authorization: Bearer {token}\r\n"
        with Client(haltere.port) as by_token, Client(haltere.port, haltere.login()) as by_session:
            get = [
                by_token.rendered("GET", "/api/connections?secrets=omit", headers=bearer),
                by_session.rendered("GET", "/api/connections?secrets=omit"),
            ]
            lists, rows = _in_turn((by_token, by_session), get, rounds, 1)
            one = [
                by_token.rendered("GET", "/api/connections/c-00000", headers=bearer),
                by_session.rendered("GET", "/api/connections/c-00000"),
            ]
            singles, _ = _in_turn((by_token, by_session), one, rounds, 200)
        per_row = [[[taken / rows[of] for taken in round] for round in lists[of]] for of in (0, 1)]
        listing, between = ratio(*per_row)
        rate, rate_between = ratio(singles[1], singles[0])
        slowest = _logins(haltere, logins)
        difference, between_medians = _names_by_timing(haltere, users, 20 if quick else 300)
        attacked, answers = _attacked(haltere, users, 10 if quick else 60)
    return [
        Row(f"list of a member of {GROUPS_OF_MEMBER} groups by token, per connection", "× an administrator's", listing,
            must_max=1.5, aim_max=1.1, interval=between, detail={"rows": rows, "users": users, "groups": groups, "taken": lists}),
        Row("one connection by token, requests per second", "× by session", rate, must_min=0.8, interval=rate_between),
        Row("login while lists are read, p99", "ms", percentile(slowest, 0.99), must_max=1_000, detail={"p50_ms": percentile(slowest, 0.5)}),
        Row("login while 1,000 wrong ones a minute come from 100 addresses, slowest", "ms", max(attacked), must_max=2_000,
            detail={"p50_ms": percentile(attacked, 0.5), "logins": len(attacked), "wrong": answers}),
        Row("wrong login, known against unknown name, difference of the medians", "ms", difference, must_max=5,
            detail={"medians_ms": between_medians}),
    ]


def _stored(binary: Path, work: Path, count: int, users: int, groups: int) -> tuple[Path, str]:
    """A data folder with all of it, and a token of the member. Users and groups are written into the database, because each
    password takes a quarter of a second to hash."""
    data = work / "data"
    with Haltere(binary, data) as haltere:
        connections = [
            {"id": f"c-{number:05}", "name": f"Connection {number:05}", "url": "mqtt://127.0.0.1:1", "disconnected": True}
            for number in range(count)
        ]
        file = json.dumps({"format": "haltere-connections", "formatVersion": 1, "connections": connections})
        status, _, report = haltere.request("POST", "/api/connection-import", file, haltere.login())
        if status != 200:
            raise RuntimeError(f"importing {count} connections: {status} {report[:500]!r}")
        haltere.add_user(MEMBER, "viewer")
    share = count // 2 // GROUPS_OF_MEMBER
    with sqlite3.connect(data / DATABASE) as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(users)") if row[1] not in ("name", "invitation")]
        copied = ", ".join(columns)
        database.executemany(
            f"INSERT INTO users (name, {copied}) SELECT ?, {copied} FROM users WHERE name = '{MEMBER}'",
            [(f"user-{number:05}",) for number in range(users)],
        )
        for group in range(groups):
            name = f"group-{group:03}"
            database.execute("INSERT INTO user_groups VALUES (?, NULL, 'viewer', '', 1, 0, 0)", (name,))
            members = [f"user-{number:05}" for number in range(group, users, groups)]
            if group < GROUPS_OF_MEMBER:
                members.append(MEMBER)
            database.executemany("INSERT INTO user_group_members (group_name, user, added_by) VALUES (?, ?, 'admin')", [(name, member) for member in members])
            # Each second one of the whole, so that the member's are spread over it.
            first = group % GROUPS_OF_MEMBER * share
            mine = [f"c-{2 * number:05}" for number in range(first, first + share)]
            database.executemany("INSERT INTO user_group_connections VALUES (?, ?)", [(name, connection) for connection in mine])
    database.close()
    command = [binary, "tokens", "create", "bench", "--user", MEMBER, "--role", "viewer", "--valid-for", "1d", "--data-dir", data]
    token = subprocess.run(command, text=True, check=True, env={"PATH": "/usr/bin:/bin"}, capture_output=True).stdout.strip()
    return data, token


def _in_turn(clients: tuple[Client, Client], requests: list[bytes], rounds: int, repeats: int) -> tuple[list[Rounds], list[int]]:
    """Seconds of each round of both, which go first in turn; and how many connections the responses contain."""
    taken: list[Rounds] = [[], []]
    rows = [0, 0]
    for number in range(-1, rounds):
        for of in (0, 1) if number % 2 else (1, 0):
            with undisturbed():
                started = time.perf_counter()
                for _ in range(repeats):
                    status, body = clients[of].exchange(requests[of])
                spent = time.perf_counter() - started
            if status != 200:
                raise RuntimeError(f"{status} {body[:200]!r}")
            rows[of] = body.count(b'"id":')
            # The first round warms up.
            if number >= 0:
                taken[of].append([spent])
    return taken, rows


def _logins(haltere: Haltere, count: int) -> list[float]:
    """Milliseconds of logins, four a second, while another client reads the whole list all the time."""
    stop = threading.Event()

    def read() -> None:
        with Client(haltere.port, haltere.login()) as client:
            request = client.rendered("GET", "/api/connections?secrets=omit")
            while not stop.is_set():
                client.exchange(request)

    reading = threading.Thread(target=read)
    reading.start()
    try:
        with Client(haltere.port) as client:
            return latencies(client, [_login(client, MEMBER, PASSWORD)], count, 4)
    finally:
        stop.set()
        reading.join()


def _attacked(haltere: Haltere, users: int, seconds: int) -> tuple[list[float], dict[int, int]]:
    """Milliseconds of logins of the member, one a second, while others try passwords of the member and of all others; and how many
    of their logins were checked, and how many were refused without that."""
    stop = threading.Event()
    answers: dict[int, int] = {}
    lock = threading.Lock()

    def guess(first: int) -> None:
        clients = [Client(haltere.port, source=f"127.1.0.{address}") for address in range(first, first + 50)]
        number = 0
        while not stop.wait(0.12):
            client = clients[number % len(clients)]
            # The limit per name would answer all guesses of one.
            name = MEMBER if number % 4 == 0 else f"user-{number % users:05}"
            status, _ = client.exchange(_login(client, name, f"guess {number}"))
            with lock:
                answers[status] = answers.get(status, 0) + 1
            number += 1
        for client in clients:
            client.__exit__()

    guessing = [threading.Thread(target=guess, args=(first,)) for first in (1, 51)]
    for thread in guessing:
        thread.start()
    try:
        with Client(haltere.port) as client:
            taken = latencies(client, [_login(client, MEMBER, PASSWORD)], seconds, 1)
    finally:
        stop.set()
        for thread in guessing:
            thread.join()
    if set(answers) - {401, 429}:
        raise RuntimeError(f"answers to wrong logins: {answers}")
    return taken, answers


def _names_by_timing(haltere: Haltere, users: int, pairs: int) -> tuple[float, list[float]]:
    """How far the medians of wrong logins with names that exist and with names that don't are apart, in milliseconds, and both.
    Each name and each address is used once, so that no limit is reached."""
    taken: tuple[list[float], list[float]] = ([], [])
    for number in range(pairs):
        for of in (0, 1) if number % 2 else (1, 0):
            name = (f"user-{number % users:05}", f"nobody-{number:05}")[of]
            source = f"127.2.{of}{number // 200}.{number % 200 + 1}"
            with Client(haltere.port, source=source) as client, undisturbed():
                started = time.perf_counter()
                status, _ = client.exchange(_login(client, name, "a wrong password"))
                taken[of].append((time.perf_counter() - started) * 1000)
            if status != 401:
                raise RuntimeError(f"{status} for a wrong login")
    medians = [percentile(times, 0.5) for times in taken]
    return abs(medians[0] - medians[1]), medians


def _login(client: Client, name: str, password: str) -> bytes:
    return client.rendered("POST", "/auth?json=1", {"username": name, "password": password})
