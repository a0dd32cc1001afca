"""The CPU use of other processes on this machine: windows in which it was high say nothing about haltere."""

import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


class Others:
    """How many cores were busy with processes that are not ours, since the last call."""

    def __init__(self, *pids: int):
        self.pids = [os.getpid(), *pids]
        self.last = self._now()

    def cores(self) -> float:
        before, self.last = self.last, self._now()
        busy, ours, passed = (now - then for now, then in zip(self.last, before))
        return max(0.0, (busy - ours) / passed)

    def _now(self) -> tuple[float, float, float]:
        # user, nice, system, idle, iowait, irq, softirq, steal: all but waiting.
        fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        busy = sum(fields) - fields[3] - fields[4]
        return busy / TICK, sum(_used(pid) for pid in self.pids), time.monotonic()


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK
