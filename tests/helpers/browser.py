"""A headless Chromium, spoken to by the DevTools protocol over a pair of pipes: nothing to install
beside the browser, and no version of a driver that has to match it.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 60  # seconds for one answer; a loaded machine may be slow
KEY_CODES = {"End": 35, "Home": 36, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "Escape": 27}
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"),
    *("--no-first-run", "--disable-extensions", "--disable-background-networking"),
    *("--disable-component-update", "--hide-scrollbars", "--remote-debugging-pipe"),
)
# Chromium reads commands from descriptor 3 and answers on 4.
ONTO_PIPES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.dup2(int(sys.argv[2]), 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def find_chromium() -> str | None:
    """The browser's path, if there is one."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Page:
    """One tab."""

    def __init__(self, process: "subprocess.Popen[bytes]", write: int, read: int) -> None:
        self.process, self.write, self.read_from = process, write, read
        self.buffer, self.number, self.session = b"", 0, None
        self.events: list[dict[str, Any]] = []
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        attached = self.send("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")

    def send(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method and wait for its answer; what else arrives is kept in ``events``."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        ends = time.monotonic() + PATIENCE
        while b"\0" not in self.buffer:
            ready, _, _ = select.select([self.read_from], [], [], max(0, ends - time.monotonic()))
            assert ready, "Chromium does not answer"
            read = os.read(self.read_from, 1 << 20)
            assert read, "Chromium has ended"
            self.buffer += read
        message, _, self.buffer = self.buffer.partition(b"\0")
        return dict(json.loads(message))

    def open(
        self, path: Path, width: int = 1280, height: int = 900, *, phone: bool = False
    ) -> None:
        """Open a file in a window of that size and wait until the page has been read."""
        self.visit(path.resolve().as_uri(), width, height, phone=phone)

    def visit(
        self, address: str, width: int = 1280, height: int = 900, *, phone: bool = False
    ) -> None:
        """Open an address in a window of that size and wait until the page has been read."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone}
        self.send("Emulation.setDeviceMetricsOverride", **size)
        self.send("Page.navigate", url=address)
        self.wait_for("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, of a promise too."""
        answer = self.send(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until an expression holds."""
        ends = time.monotonic() + PATIENCE
        while not self.evaluate(condition):
            assert time.monotonic() < ends, f"never: {condition}"
            time.sleep(0.02)

    def settle(self) -> None:
        """Wait until two frames have been drawn."""
        frame = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.evaluate(f"{frame}.then(() => true)")

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """One mouse event: Pressed, Moved, Released or Wheel."""
        if kind in ("Pressed", "Released"):
            more |= {"button": "left", "clickCount": 1}
        self.send("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, **more)

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press, move in steps, release."""
        self.mouse("Moved", *start)
        self.mouse("Pressed", *start)
        for part in (0.25, 0.5, 0.75, 1):
            x, y = (a + (b - a) * part for a, b in zip(start, end, strict=True))
            self.mouse("Moved", x, y, button="left", buttons=1)
        self.mouse("Released", *end)
        self.settle()

    def press(self, key: str) -> None:
        """Press and release a key, named as KeyboardEvent.key names it."""
        more = {"text": key} if len(key) == 1 else {"windowsVirtualKeyCode": KEY_CODES.get(key, 0)}
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, **more)
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)
        self.settle()

    def click(self, selector: str) -> None:
        """Click an element's middle, after it was brought into sight."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).scrollIntoView()")
        self.settle()
        left, top, width, height = self.box(selector)
        middle = left + width / 2, top + height / 2
        self.mouse("Moved", *middle)
        self.mouse("Pressed", *middle)
        self.mouse("Released", *middle)
        self.settle()

    def box(self, selector: str) -> tuple[float, float, float, float]:
        """Left, top, width and height of an element in the window."""
        found = f"document.querySelector({json.dumps(selector)}).getBoundingClientRect()"
        left, top, width, height = self.evaluate(
            f"(({{left, top, width, height}}) => [left, top, width, height])({found})"
        )
        return left, top, width, height

    def screenshot(self, path: Path, *, full: bool = False) -> None:
        """Save what is seen, or the whole page, as PNG."""
        answer = self.send("Page.captureScreenshot", captureBeyondViewport=full, **self._clip(full))
        path.write_bytes(base64.b64decode(answer["data"]))

    def _clip(self, full: bool) -> dict[str, Any]:
        if not full:
            return {}
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        return {"clip": {**size, "scale": 1}}

    def pdf(self) -> bytes:
        """The page as it prints."""
        answer = self.send("Page.printToPDF", preferCSSPageSize=True)
        return base64.b64decode(answer["data"])

    def complaints(self) -> list[str]:
        """Errors and warnings of the console, exceptions, and what the policy refused."""
        found = []
        for event in self.events:
            params = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                found.append(str(params["exceptionDetails"]))
            if event["method"] == "Runtime.consoleAPICalled" and params["type"] in (
                *("error", "warning", "assert"),
            ):
                found.append(str(params["args"]))
            if event["method"] == "Log.entryAdded" and params["entry"]["level"] == "error":
                found.append(params["entry"]["text"])
        return found

    def requests(self) -> list[str]:
        """The addresses that were asked for, data: URIs aside."""
        addresses = [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]
        return [address for address in addresses if not address.startswith("data:")]


def _out_of_the_way(descriptor: int) -> int:
    """The same pipe under a number that the browser's own two cannot overwrite."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """Start a browser of its own for one test, and end it."""
    found = find_chromium()
    assert found is not None
    to_browser, from_us = os.pipe()
    to_us, from_browser = os.pipe()
    to_browser, from_browser = _out_of_the_way(to_browser), _out_of_the_way(from_browser)
    words = [found, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        [sys.executable, "-c", ONTO_PIPES, str(to_browser), str(from_browser), *words],
        pass_fds=(to_browser, from_browser),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Page(process, from_us, to_us)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)
        os.close(from_us)
        os.close(to_us)
