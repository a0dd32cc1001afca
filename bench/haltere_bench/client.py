"""A client that stays connected and costs little, so that what is measured is the other side."""

import gc
import json
import socket
import time
from contextlib import contextmanager


class Client:
    """One HTTP/1.1 connection, kept open."""

    def __init__(self, port: int, cookie: str | None = None, source: str = "127.0.0.1"):
        self.port, self.cookie, self.source = port, cookie, source
        self._connect()

    def _connect(self) -> None:
        self.received, self.closes = bytearray(), False
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=60, source_address=(self.source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def request(self, method: str, target: str, body: object = None, headers: str = "") -> tuple[int, bytes]:
        """Status and body. `body` goes out as JSON."""
        return self.exchange(self.rendered(method, target, body, headers))

    def rendered(self, method: str, target: str, body: object = None, headers: str = "") -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}"
        if self.cookie:
            head += f"Cookie: {self.cookie}\r\n"
        if body is not None:
            head += "Content-Type: application/json\r\n"
        return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        self.socket.sendall(request)
        return self._answer(request.startswith(b"HEAD "))

    def pipelined(self, requests: list[bytes]) -> list[tuple[int, bytes]]:
        """Sends all of them before it reads the first response. A response that closes the connection leaves those after
        it without one: they are sent again on a new connection."""
        responses = []
        while rest := requests[len(responses):]:
            self.socket.sendall(b"".join(rest))
            for request in rest:
                responses.append(self._answer(request.startswith(b"HEAD ")))
                if self.closes:
                    self.socket.close()
                    self._connect()
                    break
        return responses

    def _answer(self, without_body: bool) -> tuple[int, bytes]:
        received = self.received
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._some()
        head = bytes(received[:end]).lower()
        self.closes = b"\r\nconnection: close" in head
        if not without_body and b"\r\ntransfer-encoding: chunked" in head:
            del received[:end + 4]
            return int(head[9:12]), self._chunks()
        length = 0
        if not without_body and (at := head.find(b"\r\ncontent-length:")) >= 0:
            length = int(head[at + 17:].split(b"\r\n", 1)[0])
        whole = end + 4 + length
        while len(received) < whole:
            received += self._some()
        body = bytes(received[end + 4:whole])
        del received[:whole]
        return int(head[9:12]), body

    def _chunks(self) -> bytes:
        received, body = self.received, bytearray()
        while True:
            while (end := received.find(b"\r\n")) < 0:
                received += self._some()
            size = int(received[:end], 16)
            whole = end + 2 + size + 2
            while len(received) < whole:
                received += self._some()
            body += received[end + 2:whole - 2]
            del received[:whole]
            if size == 0:
                return bytes(body)

    def _some(self) -> bytes:
        received = self.socket.recv(1 << 20)
        if not received:
            raise ConnectionError("haltere closed the connection")
        return received


class Events:
    """An open stream of live events."""

    def __init__(self, port: int, cookie: str):
        self.client = Client(port, cookie)
        self.client.socket.sendall(self.client.rendered("GET", "/api/events"))
        self.unread = bytearray()
        head = self._until(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            self.client.socket.close()
            raise ConnectionError(f"no event stream: {head[:12].decode()}")

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.client.socket.close()

    def next(self) -> tuple[str, dict]:
        """The name and the data of the next event."""
        while True:
            fields = dict(line.split(": ", 1) for line in self._block().split("\n") if ": " in line[1:])
            if "event" in fields:
                return fields["event"], json.loads(fields["data"])

    def _block(self) -> str:
        """One event or comment: one chunk of the transfer coding, or several."""
        block = bytearray()
        while not block.endswith(b"\n\n"):
            size = int(self._until(b"\r\n").strip() or b"0", 16)
            if size == 0:
                raise ConnectionError("the stream has ended")
            while len(self.unread) < size + 2:
                self.unread += self.client._some()
            block += self.unread[:size]
            del self.unread[:size + 2]
        return block.decode()

    def _until(self, mark: bytes) -> bytes:
        while (end := self.unread.find(mark)) < 0:
            self.unread += self.client._some()
        found = bytes(self.unread[:end])
        del self.unread[:end + len(mark)]
        return found


@contextmanager
def undisturbed():
    """Without the garbage collector, which would show in the latencies."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def latencies(client: Client, requests: list[bytes], count: int, per_second: float) -> list[float]:
    """Milliseconds that `count` requests took, each of `requests` in its turn, which go out at an even rate
    whatever the answers take: who comes late because the one before was slow is counted from when it
    should have come."""
    taken = []
    due = time.perf_counter()
    with undisturbed():
        for number in range(count):
            due += 1 / per_second
            if (pause := due - time.perf_counter()) > 0:
                time.sleep(pause)
                due = max(due, time.perf_counter() - 0.001)
            started = min(due, time.perf_counter())
            status, _ = client.exchange(requests[number % len(requests)])
            taken.append((time.perf_counter() - started) * 1000)
            if status != 200:
                raise RuntimeError(f"status {status}")
    return taken


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def middle(values: list[float]) -> float:
    return percentile(values, 0.5)
