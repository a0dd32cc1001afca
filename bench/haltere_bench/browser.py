"""Debian's Chromium without a window, controlled over its DevTools protocol: JSON through two pipes."""

import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from collections import deque
from pathlib import Path

from .processes import DEADLINE, Process

FLAGS = [
    "--headless", "--remote-debugging-pipe", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-extensions", "--mute-audio",
]


class Browser(Process):
    """A browser with a profile of its own."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.unread = bytearray()
        self.events: deque = deque()
        self.number = 0

    def start(self):
        to_read, self.writer = os.pipe()
        self.reader, to_write = os.pipe()
        # Out of the way of 3 and 4, which is where the browser looks for them.
        theirs = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in (to_read, to_write)]
        os.close(to_read)
        os.close(to_write)
        flags = [*FLAGS, f"--user-data-dir={self.folder}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
        self.process = subprocess.Popen(
            [program(), *flags, "about:blank"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, close_fds=False,
            preexec_fn=lambda: (os.dup2(theirs[0], 3), os.dup2(theirs[1], 4)),
        )
        for end in theirs:
            os.close(end)
        self.version = self.call("Browser.getVersion")["product"]
        return self

    def stop(self) -> None:
        super().stop()
        for end in ("reader", "writer"):
            if hasattr(self, end):
                os.close(getattr(self, end))
                delattr(self, end)

    def call(self, method: str, session: str | None = None, **parameters) -> dict:
        """Sends a command and returns its result. Events that arrive in between are kept."""
        self.number += 1
        number = self.number
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        unsent = json.dumps(message).encode() + b"\0"
        while unsent:
            unsent = unsent[os.write(self.writer, unsent):]
        while True:
            message = self._next(DEADLINE)
            if message.get("id") == number:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            self.events.append(message)

    def wait_for(self, session: str, method: str, deadline: float = DEADLINE) -> dict:
        """Waits for an event of this name, unless it is known already."""
        for message in self.events:
            if (message.get("sessionId"), message.get("method")) == (session, method):
                self.events.remove(message)
                return message["params"]
        ends = time.monotonic() + deadline
        while True:
            message = self._next(ends - time.monotonic())
            if (message.get("sessionId"), message.get("method")) == (session, method):
                return message["params"]
            self.events.append(message)

    def listen(self, seconds: float) -> list[dict]:
        """All events so far, and those of a while."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            try:
                self.events.append(self._next(left))
            except TimeoutError:
                break
        events = list(self.events)
        self.events.clear()
        return events

    def page(self, cookie: str, url: str, script: str = "", width: int = 1280, height: int = 800) -> "Page":
        """A window that has no cache and no cookie but this; `script` runs in it before anything of a page does."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context, newWindow=True,
                           width=width, height=height)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, context, target, session)
        name, value = cookie.split("=", 1)
        page.call("Network.setCookie", name=name, value=value, url=url)
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        page.call("Page.enable")
        page.call("Runtime.addBinding", name="report")
        page.call("Runtime.enable")
        page.call("Page.addScriptToEvaluateOnNewDocument", source=script)
        return page

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time used so far, by kind of process: `browser`, `renderer`, `GPU`, `utility`."""
        used: dict[str, float] = {}
        for process in self.call("SystemInfo.getProcessInfo")["processInfo"]:
            try:
                fields = Path(f"/proc/{process['id']}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            used[process["type"]] = used.get(process["type"], 0.0) + seconds
        return used

    def _next(self, seconds: float) -> dict:
        while (end := self.unread.find(b"\0")) < 0:
            if not select.select([self.reader], [], [], max(0.0, seconds))[0]:
                raise TimeoutError(f"the browser has said nothing for {seconds:.1f} s")
            received = os.read(self.reader, 1 << 20)
            if not received:
                raise ConnectionError("the browser has ended")
            self.unread += received
        message = json.loads(self.unread[:end])
        del self.unread[:end + 1]
        return message


class Page:
    """A page, and what is to be done with it. Closes its window at the end."""

    def __init__(self, browser: Browser, context: str, target: str, session: str):
        self.browser, self.context, self.target, self.session = browser, context, target, session

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.browser.call("Target.disposeBrowserContext", browserContextId=self.context)
        self.browser.events.clear()

    def call(self, method: str, **parameters) -> dict:
        return self.browser.call(method, self.session, **parameters)

    def goto(self, url: str) -> None:
        self.call("Page.navigate", url=url)

    def next_report(self) -> dict:
        """What the page reports next, by `report(JSON.stringify(…))`."""
        return json.loads(self.browser.wait_for(self.session, "Runtime.bindingCalled")["payload"])

    def evaluate(self, expression: str):
        """The value of an expression; waits for it when it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if failure := answer.get("exceptionDetails"):
            raise RuntimeError(failure.get("exception", {}).get("description", failure["text"]))
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        """Presses a key as a user would: a single character, or `Escape`."""
        text = {"text": key} if len(key) == 1 else {}
        code = {"windowsVirtualKeyCode": ord(key.upper()) if len(key) == 1 else 27}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **code)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    def metrics(self) -> dict[str, float]:
        """Chromium's own counters of the page."""
        return {metric["name"]: metric["value"] for metric in self.call("Performance.getMetrics")["metrics"]}


def program() -> str:
    """The browser, where the tests look for it, too."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or "chromium"
