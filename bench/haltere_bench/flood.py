"""200,000 requests of people who are not logged in: nothing of them may stay."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .client import Client
from .processes import Haltere, eventually
from .report import Row

N_REQUESTS = 200_000
N_THREADS = 4
# So many go out before the first answer is waited for.
BATCH = 50
# Of a thousand. Each costs 19 MiB for some milliseconds, and soon the throttle answers in its place.
WRONG_LOGINS = 5


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    count = N_REQUESTS // 20 if quick else N_REQUESTS
    with Haltere(binary, work / "data") as haltere:
        cookie = haltere.login()
        answers: dict[int, int] = {}
        # Everything is touched once before it counts.
        _flood(haltere.port, 4_000, answers)
        before = _calm(haltere)
        answers.clear()
        started = time.monotonic()
        _flood(haltere.port, count, answers)
        seconds = time.monotonic() - started
        at_once = haltere.rss_kib()
        after = _calm(haltere)
        status, _, _ = haltere.request("GET", "/api/connections", cookie=cookie)
    if status != 200:
        raise RuntimeError(f"the owner gets {status}")
    detail = {"requests": count, "seconds": seconds, "answers": answers, "before_kib": before, "at_once_kib": at_once, "after_kib": after}
    return [Row("anonymous flood, RSS", "% more", (after / before - 1) * 100, must_max=5, detail=detail)]


def _flood(port: int, count: int, answers: dict[int, int]) -> None:
    def one(number: int) -> dict[int, int]:
        chance, seen = random.Random(number), {}
        done = 0
        while done < count // N_THREADS:
            # A connection of its own now and then, each from another address.
            with Client(port, source=f"127.{chance.randint(1, 9)}.{chance.randint(0, 254)}.{chance.randint(1, 254)}") as client:
                for _ in range(10):
                    requests = [_request(client, chance) for _ in range(BATCH)]
                    for status, _ in client.pipelined(requests):
                        seen[status] = seen.get(status, 0) + 1
                    done += BATCH
        return seen

    with ThreadPoolExecutor(N_THREADS) as pool:
        for seen in pool.map(one, range(N_THREADS)):
            for status, times in seen.items():
                answers[status] = answers.get(status, 0) + times


def _request(client: Client, chance: random.Random) -> bytes:
    """A request that an unauthenticated client might send."""
    noise = chance.randbytes(chance.randint(1, 40)).hex()
    if chance.randrange(1000) < WRONG_LOGINS:
        return client.rendered("POST", "/auth?json=1", {"username": f"u{noise}", "password": noise})
    path = chance.choice(["/api/connections", "/", "/api/events", "/validate-session", f"/api/connections/{noise}", f"/{noise}",
                          "/api/plugins", "/login", "/api/docs", "/api/status-check", f"/api/connections?q={noise}"])
    cookie = chance.choice(["", f"Cookie: haltere.sid={noise}\r\n", f"Cookie: {noise}\r\n", f"Cookie: haltere.sid={noise * 20}\r\n",
                            f"Authorization: Bearer {noise}\r\n", f"Last-Event-ID: {noise}\r\n", f"X-{noise}: {noise}\r\n"])
    match chance.randrange(6):
        case 0:
            return client.rendered("POST", "/api/connections", {"id": noise, "name": noise, "url": noise}, cookie)
        case 1:
            return client.rendered("POST", "/auth?json=1", noise * chance.randint(1, 50), cookie)
        case 2:
            return client.rendered(chance.choice(["PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]), path, None, cookie)
        case _:
            return client.rendered("GET", path, None, cookie)


def _calm(haltere: Haltere) -> int:
    """KiB once nothing moves any more."""
    readings: list[int] = []

    def calm() -> int:
        readings.append(haltere.rss_kib())
        return readings[-1] if len(readings) >= 5 and max(readings[-5:]) - min(readings[-5:]) <= 64 else 0

    return eventually("the memory to settle", calm, pause=1)
