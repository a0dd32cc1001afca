"""A restart with 1,000 stored connections: until the first answer, and until 99 % are connected."""

import time
from pathlib import Path

from . import stored
from .processes import Haltere, Mosquitto, eventually
from .report import Row

N_CONNECTIONS = 1_000


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    with Mosquitto(work / "broker") as broker:
        data = stored.folders(binary, work, broker, False, [N_CONNECTIONS])[N_CONNECTIONS]
        with Haltere(binary, data) as haltere:
            cookie = haltere.login("viewer")
        rounds = [_restart(binary, data, cookie) for _ in range(2 if quick else 5)]
    middle = lambda values: sorted(values)[len(values) // 2]  # noqa: E731
    first, nearly_all = [one for one, _ in rounds], [two for _, two in rounds]
    return [
        Row("restart, until the first answer", "s", middle(first), must_max=1, aim_max=0.2, detail={"rounds": first}),
        Row("restart, until 99 % are connected", "s", middle(nearly_all), must_max=15, aim_max=6, detail={"rounds": nearly_all}),
    ]


def _restart(binary: Path, data: Path, cookie: str) -> tuple[float, float]:
    """Both times, in seconds since the process was started. The session is one from before."""
    with Haltere(binary, data) as haltere:

        def listed() -> bytes:
            try:
                status, _, body = haltere.request("GET", "/api/connections", cookie=cookie)
            except OSError:
                return b""
            return body if status == 200 else b""

        eventually("the first answer", listed, pause=0.001)
        first = time.monotonic() - haltere.started
        enough = lambda: listed().count(b'"connected":true') >= 0.99 * N_CONNECTIONS  # noqa: E731
        eventually("99 % of the links", enough, pause=0.05)
        return first, time.monotonic() - haltere.started
