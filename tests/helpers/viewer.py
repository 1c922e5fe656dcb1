"""A IIIF viewer from its npm package, and a web server that a folder and the viewer share.

`.ci/run` fetches the package; without it the tests in the viewer are skipped.
"""

import hashlib
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).parents[2] / "build" / "viewer" / "mirador-3.4.3.tgz"
SHA512 = (
    "c87a2e834307cb87bd6a9ca46db0612bee0299b652f78cccc66ba0c36136557e"
    "a20746f63ca298d097d8aff41f5e1f4fdbd6275806f299a5c956981b1d5a5357"
)
PAGE = """<!DOCTYPE html><meta charset="utf-8"><link rel="icon" href="data:,">
<div id="viewer" style="position: absolute; inset: 0"></div>
<script src="/viewer.js"></script>
<script>
const panels = {info: true, attribution: true, annotations: true, layers: true};
window.viewer = Mirador.viewer({
  id: "viewer",
  windows: [{
    manifestId: new URLSearchParams(location.search).get("manifest"),
    sideBarOpen: true,
    sideBarPanel: new URLSearchParams(location.search).get("panel"),
    highlightAllAnnotations: true,
  }],
  window: {allowClose: false, panels},
  workspaceControlPanel: {enabled: false},
});
</script>
"""


@cache
def viewer_script() -> bytes | None:
    """The script of the viewer; None if its package was not fetched."""
    if not PACKAGE.exists():
        return None
    assert hashlib.sha512(PACKAGE.read_bytes()).hexdigest() == SHA512, f"{PACKAGE}: another file"
    with tarfile.open(PACKAGE) as package:
        script = package.extractfile("package/dist/mirador.min.js")
        assert script is not None
        return script.read()


class Site:
    """A folder on a web server of this machine, and what was asked of it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://localhost:{port}"
        self.statuses: dict[str, int] = {}


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Serve a folder, with the page of the viewer at /viewer.html."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            own = {"/viewer.html": PAGE.encode(), "/viewer.js": viewer_script() or b""}
            if (content := own.get(self.path.partition("?")[0])) is None:
                super().do_GET()
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def send_response(self, code: int, message: str | None = None) -> None:
            site.statuses[self.path] = code
            super().send_response(code, message)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    site = Site(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
