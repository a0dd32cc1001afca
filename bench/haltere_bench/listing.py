"""GET /api/connections with 1,000 connections, against nginx serving the same bytes as a file."""

import json
import re
import subprocess
from pathlib import Path

from . import stored
from .processes import PASSWORD, Haltere, Mosquitto, Nginx, eventually
from .report import Row

N_CONNECTIONS = 1_000


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds, seconds = (2, 1) if quick else (5, 4)
    with Mosquitto(work / "broker") as broker, Nginx(work / "nginx") as nginx:
        data = stored.folders(binary, work, broker, False, [N_CONNECTIONS])[N_CONNECTIONS]
        with Haltere(binary, data) as haltere:
            viewer, admin = haltere.login("viewer", PASSWORD), haltere.login()
            eventually("all links", lambda: _list(haltere, viewer).count(b'"connected":true') == N_CONNECTIONS, 0.1)
            without = _compare(haltere, nginx, viewer, "viewer.json", rounds, seconds)
            with_secrets = _compare(haltere, nginx, admin, "admin.json", rounds, seconds)
            by_label = _by_label(haltere, viewer, admin, rounds, seconds)
    return [
        Row("list, without secrets", "× nginx", without["ratio"], must_min=0.9, aim_min=1, detail=without),
        Row("list, with secrets (audited)", "× nginx", with_secrets["ratio"], must_min=0.7, aim_min=0.9, detail=with_secrets),
        Row("list, half of it selected by a label, per connection", "× the whole list", by_label["ratio"], detail=by_label),
    ]


def _list(haltere: Haltere, cookie: str) -> bytes:
    status, _, body = haltere.request("GET", "/api/connections", cookie=cookie)
    assert status == 200, body
    return body


def _compare(haltere: Haltere, nginx: Nginx, cookie: str, name: str, rounds: int, seconds: int) -> dict:
    body = _list(haltere, cookie)
    ours, theirs = f"http://127.0.0.1:{haltere.port}/api/connections", nginx.serve(name, body)
    _wrk(ours, cookie, 1), _wrk(theirs, cookie, 1)
    pairs = []
    for number in range(rounds):
        # Alternating, and each goes first every other time: whatever else the machine does hits both.
        order = [ours, theirs] if number % 2 == 0 else [theirs, ours]
        measured = {url: _wrk(url, cookie, seconds) for url in order}
        pairs.append((measured[ours], measured[theirs]))
    middle = lambda values: sorted(values)[len(values) // 2]  # noqa: E731
    return {
        "ratio": middle([ours / theirs for ours, theirs in pairs]),
        "haltere_per_second": middle([ours for ours, _ in pairs]),
        "nginx_per_second": middle([theirs for _, theirs in pairs]),
        "bytes": len(body),
        "rounds": pairs,
    }


def _by_label(haltere: Haltere, viewer: str, admin: str, rounds: int, seconds: int) -> dict:
    """Half of the connections, which are joined for each caller, against all of them, which are joined once."""
    ids = [connection["id"] for connection in json.loads(_list(haltere, viewer))]
    body = json.dumps({"connections": ids[::2], "labels": {"site": "graz", "line": "2"}})
    status, _, said = haltere.request("POST", "/api/connection-labels", body, cookie=admin)
    assert status == 200, said
    whole = f"http://127.0.0.1:{haltere.port}/api/connections"
    half = f"{whole}?label=site%3Dgraz,line!%3D3"
    pairs = [(_wrk(half, viewer, seconds), _wrk(whole, viewer, seconds)) for _ in range(rounds)]
    ratios = sorted(selected / all_of_them / 2 for selected, all_of_them in pairs)
    return {"ratio": ratios[len(ratios) // 2], "per_second": pairs}


def _wrk(url: str, cookie: str, seconds: int) -> float:
    command = ["wrk", "-t1", "-c16", f"-d{seconds}s", "-H", f"Cookie: {cookie}", url]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise RuntimeError(f"not every answer was good:\n{output}")
    return float(re.search(r"Requests/sec:\s*([\d.]+)", output).group(1))
