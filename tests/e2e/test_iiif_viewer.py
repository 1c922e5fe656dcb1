"""The export in a real viewer of IIIF, in a browser, from a plain web server."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
import pytest

from artextract_cli import Filing, export_iiif
from artextract_cli.imaging.heatmap import colour
from tests.helpers.browser import Page, chromium, find_chromium
from tests.helpers.results import HIGH, LOW, SIZE, make_photograph, write_result
from tests.helpers.viewer import Site, served, viewer_script

pytestmark = [
    pytest.mark.skipif(
        find_chromium() is None, reason="there is no Chromium here (Debian's package is `chromium`)"
    ),
    pytest.mark.skipif(
        viewer_script() is None, reason="there is no viewer here (.ci/run fetches its npm package)"
    ),
]
NAME = "<img src=x onerror=alert(1)> .. 50%#?"
STRONG, CALM = (15, 60), (35, 45)  # rows and columns: red and blue in the heat map
CANVAS = "document.querySelector('.openseadragon-canvas canvas')"
TEXT = "document.body.innerText"


@dataclass(frozen=True)
class Exported:
    """An export on its web server, and the address of its manifest."""

    site: Site
    manifest: str

    def open(self, page: Page, panel: str) -> None:
        """Open the viewer with a panel of its side bar."""
        address = quote(self.manifest, safe="")
        page.visit(f"{self.site.address}/viewer.html?panel={panel}&manifest={address}")
        page.wait_for(f"{CANVAS} !== null")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exported]:
    root = tmp_path_factory.mktemp("iiif")
    result = write_result(root, folder=NAME)
    filing = Filing(title="<b>Lady</b>", institution="A & <i>B</i>", notes="<script>x</script>")
    (root / "site").mkdir()
    with served(root / "site") as site:
        (manifest,) = export_iiif(
            result.path.parent, root / "site", base_url=site.address, filing=filing
        )
        yield Exported(site, manifest)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page, exported: Exported) -> Iterator[Page]:
    """A page that never complains, and asks for nothing but files of the folder."""
    site = exported.site
    browser.events.clear()
    site.statuses.clear()
    yield browser
    assert browser.complaints() == []
    requests = [address for address in browser.requests() if not address.startswith("blob:")]
    assert [each for each in requests if not each.startswith(f"{site.address}/")] == []
    assert {path: code for path, code in site.statuses.items() if code >= 400} == {}
    assert any(path.endswith("/default.jpg") for path in site.statuses)


def shows(row: float, column: float, wanted: Sequence[int]) -> str:
    """Whether a place of the photograph has about that colour in the viewer, as JavaScript."""
    height, width = SIZE
    return f"""(() => {{
      const drawn = {CANVAS}, zoom = Math.min(drawn.width / {width}, drawn.height / {height});
      const x = drawn.width / 2 + ({column} + 0.5 - {width} / 2) * zoom;
      const y = drawn.height / 2 + ({row} + 0.5 - {height} / 2) * zoom;
      const seen = drawn.getContext("2d").getImageData(x, y, 1, 1).data;
      return {[*map(int, wanted)]}.every((value, i) => Math.abs(seen[i] - value) < 12);
    }})()"""


def test_annotations_and_texts_are_shown_as_they_are(page: Page, exported: Exported) -> None:
    exported.open(page, "annotations")
    page.wait_for(f"{TEXT}.includes('mean score 3.50, highest 3.50')")
    assert page.evaluate(f"{TEXT}.includes('<b>Lady</b>')")
    exported.open(page, "info")
    page.wait_for(f"{TEXT}.includes('<script>x</script>')")
    for shown in (
        NAME,
        "A & <i>B</i>",
        "Finding (1.0 % of clean paintings score at least as high)",
    ):
        assert page.evaluate(f"{TEXT}.includes({json.dumps(shown)})"), shown


def test_layers_are_switched(page: Page, exported: Exported) -> None:
    exported.open(page, "layers")
    page.wait_for("document.querySelectorAll('li button').length >= 20")
    labels = "[...document.querySelectorAll('li')].map((item) => item.innerText.split('\\n')[0])"
    listed = page.evaluate(labels)
    assert listed[:3] == ["Photograph", "Heat map over the photograph", "Heat map"]
    assert listed[-3:] == ["450 nm", "650 nm", "850 nm"]
    for place in (STRONG, CALM):
        page.wait_for(shows(*place, make_photograph()[place]))
    heat_map = "document.querySelectorAll('li')[2]"
    page.evaluate(f"{heat_map}.querySelector('[aria-label=\"Move layer to top\"]').click()")
    for place, score in ((STRONG, HIGH), (CALM, LOW)):
        page.wait_for(shows(*place, colour(np.array([[score]], np.float32))[0, 0]))
