"""Messages that haltere does not want, as fast as it reads them: how many a second one core takes in."""

import json
import socket
import threading
import time
from pathlib import Path

from .processes import Haltere, eventually
from .report import Row

N_MESSAGES = 20_000_000
CONNACK = bytes([0x20, 3, 0, 0, 0])
# For the two topics of one SUBSCRIBE, which is the first packet with an identifier.
SUBACK = bytes([0x90, 5, 0, 1, 0, 0, 0])


def measure(binary: Path, work: Path, quick: bool) -> list[Row]:
    rounds, count = (2, N_MESSAGES // 20) if quick else (5, N_MESSAGES)
    with socket.create_server(("127.0.0.1", 0)) as server, Haltere(binary, work / "data") as haltere:
        url = f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        haltere.load([{"id": "busy", "name": "Busy", "url": url}])
        cookie = haltere.login()
        with server.accept()[0] as broker:
            broker.recv(4096)
            broker.sendall(CONNACK)
            broker.recv(4096)
            broker.sendall(SUBACK)
            threading.Thread(target=_answer_pings, args=[broker], daemon=True).start()
            rates = [_round(haltere, cookie, broker, number, count) for number in range(rounds)]
    rates.sort()
    detail = {"rounds": rates, "messages": count}
    return [Row("incoming messages that nothing wants", "M/s a core", rates[len(rates) // 2] / 1e6, must_min=2, detail=detail)]


def _round(haltere: Haltere, cookie: str, broker: socket.socket, number: int, count: int) -> float:
    """Messages per second of processor time, of the process and the kernel for it."""
    batch = _publish("plant/line-3/temperature", b"21.5") * 2_000
    cpu, started = haltere.cpu_seconds(), time.monotonic()
    for _ in range(count // 2_000):
        broker.sendall(batch)
    # It reads in order, so what came before has been read, too.
    version = f"round {number}"
    broker.sendall(_publish("$SYS/broker/version", version.encode()))
    eventually("the last message", lambda: _version(haltere, cookie) == version, pause=0.1, deadline=600)
    print(f"  {count / (time.monotonic() - started) / 1e6:.2f} M/s", flush=True)
    return count / (haltere.cpu_seconds() - cpu)


def _publish(topic: str, payload: bytes) -> bytes:
    """MQTT 5, QoS 0, no properties."""
    body = len(topic).to_bytes(2, "big") + topic.encode() + b"\0" + payload
    return bytes([0x30, len(body)]) + body


def _version(haltere: Haltere, cookie: str) -> str | None:
    status, _, body = haltere.request("GET", "/api/connections/busy", cookie=cookie)
    if status != 200:
        raise RuntimeError(f"{status} {body!r}")
    return json.loads(body).get("broker", {}).get("version")


def _answer_pings(broker: socket.socket) -> None:
    try:
        while packet := broker.recv(4096):
            if packet[0] == 0xC0:
                broker.sendall(bytes([0xD0, 0]))
    except OSError:
        pass
