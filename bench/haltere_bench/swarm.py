"""A thousand brokers in one process (crates/haltere-testkit/src/swarm), which takes commands, one per line."""

import json
import subprocess
from pathlib import Path

from . import build
from .processes import Process


class Swarm(Process):
    """`count` healthy brokers. Ends with this process, because it ends with its standard input."""

    def __init__(self, count: int):
        self.count = count

    def start(self):
        self.process = subprocess.Popen(
            [build.swarm(), str(self.count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )
        self.addresses = json.loads(self.process.stdout.readline())
        return self

    def set(self, first: int, last: int, behavior: str) -> None:
        """Changes the behavior of the brokers `first` to `last` (exclusive), and ends their sessions."""
        self._ask(f"set {first} {last} {behavior}")

    def stats(self) -> dict:
        return self._ask("stats")

    def echoes(self) -> list[float]:
        """How long haltere took to acknowledge, in milliseconds, for what brokers with the behavior `echo` sent."""
        return [micros / 1000 for micros in self._ask("echoes")["micros"]]

    def reset_dials(self) -> None:
        """Restarts the count of dials."""
        self._ask("reset-dials")

    def connection(self, number: int, secret: bool = False) -> dict:
        """The body of a connection to broker `number`; with a password that this broker doesn't look at."""
        body = {"id": f"swarm-{number:05}", "name": f"Swarm {number:05}", "url": f"mqtt://{self.addresses[number]}"}
        if secret:
            body["credentials"] = {"username": "haltere", "password": f"secret-{number:05}"}
        return body

    def _ask(self, command: str) -> dict:
        self.process.stdin.write(command + "\n")
        answer = json.loads(self.process.stdout.readline())
        if "unknown" in answer:
            raise ValueError(f"the swarm does not understand {command!r}")
        return answer
