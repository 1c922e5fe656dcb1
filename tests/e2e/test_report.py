"""The report in a real browser, as a reader meets it: from a file, without a network."""

import base64
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from artextract_cli.imaging.heatmap import overlay
from artextract_cli.results.reader import find_scene
from tests.helpers.browser import Page, chromium, find_chromium
from tests.helpers.command_line import Ran
from tests.helpers.results import (
    HIGH,
    LOW,
    SIZE,
    make_photograph,
    sealed_again,
    write_result,
)

pytestmark = pytest.mark.skipif(
    find_chromium() is None, reason="there is no Chromium here (Debian's package is `chromium`)"
)
HEIGHT, WIDTH = SIZE
STRONG, CALM, BARE = (15, 60), (35, 45), (57, 60)  # rows and columns: red, blue, no painting
NAME = "<img src=x onerror=alert(1)>"
READY = "document.querySelector('.scene').dataset.ready === 'yes'"
STAGE = "document.querySelector('.stage')"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from typer.testing import CliRunner

    from artextract_cli.cli.main import app

    root = tmp_path_factory.mktemp("report")
    result = write_result(root, folder=NAME)
    out = root / "report.html"
    words = ["report", str(result.path.parent), "--out", str(out), "--pixels-per-mm", "4"]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output
    return out


@pytest.fixture
def page(browser: Page, report: Path) -> Iterator[Page]:
    """The open report; whatever is done to it, it never complains and asks for no address."""
    browser.events.clear()
    browser.open(report)
    browser.wait_for(READY)
    browser.settle()
    yield browser
    assert browser.complaints() == []
    assert browser.requests() == [report.resolve().as_uri()]


def colour_at(page: Page, row: float, column: float) -> list[int]:
    """The colour on the stage at a place of the photograph, while all of it is shown."""
    return page.evaluate(
        f"""(() => {{
          const canvas = {STAGE}.querySelector("canvas");
          const zoom = Math.min(canvas.width / {WIDTH}, canvas.height / {HEIGHT});
          const x = (canvas.width - {WIDTH} * zoom) / 2 + {column + 0.5} * zoom;
          const y = (canvas.height - {HEIGHT} * zoom) / 2 + {row + 0.5} * zoom;
          return [...canvas.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3);
        }})()"""
    )


def stage_box(page: Page) -> tuple[float, float, float, float]:
    """Where the stage is, once all of it is in sight."""
    page.evaluate(f"{STAGE}.scrollIntoView({{ block: 'center' }})")
    page.settle()
    return page.box(".stage")


def set_slider(page: Page, selector: str, value: float) -> None:
    page.evaluate(
        f"""(() => {{
          const slider = document.querySelector("{selector}");
          slider.value = {value};
          slider.dispatchEvent(new Event("input", {{ bubbles: true }}));
        }})()"""
    )
    page.settle()


def choose_layer(page: Page, side: str, key: str) -> None:
    page.evaluate(
        f"""(() => {{
          const select = document.querySelector(".{side}-layer");
          select.value = "{key}";
          select.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()"""
    )
    page.wait_for(f"{STAGE}.ariaBusy === 'false'")
    page.settle()


def expected(score: float, place: tuple[int, int]) -> np.ndarray:
    """What the library paints there."""
    rgb = make_photograph()[place][None, None].astype(np.float32) / 255
    return overlay(rgb, np.full((1, 1), score, np.float32))[0, 0]


def is_grey(colour: list[int]) -> bool:
    return max(colour) - min(colour) <= 2


def test_the_right_side_is_what_the_library_paints(page: Page) -> None:
    np.testing.assert_allclose(colour_at(page, *STRONG), expected(HIGH, STRONG), atol=6)
    np.testing.assert_allclose(colour_at(page, *CALM), expected(LOW, CALM), atol=6)
    np.testing.assert_allclose(colour_at(page, *BARE), make_photograph()[BARE], atol=8)


def test_the_curtain_is_drawn_by_mouse_and_keys(page: Page) -> None:
    painted = colour_at(page, *STRONG)
    left, top, width, height = stage_box(page)
    middle = top + height / 2
    page.drag((left + width / 2, middle), (left + 0.9 * width, middle))
    assert page.evaluate("document.querySelector('.curtain').ariaValueNow") == "90"
    np.testing.assert_allclose(colour_at(page, *STRONG), make_photograph()[STRONG], atol=8)
    page.evaluate("document.querySelector('.curtain').focus()")
    page.press("Home")
    assert colour_at(page, *STRONG) == painted
    page.press("ArrowRight")
    assert page.evaluate("document.querySelector('.curtain').ariaValueNow") == "2"
    page.press("End")
    np.testing.assert_allclose(colour_at(page, *CALM), make_photograph()[CALM], atol=8)


def test_the_threshold_takes_colour_from_what_scores_less(page: Page) -> None:
    before = colour_at(page, *STRONG)
    assert not is_grey(colour_at(page, *CALM))
    set_slider(page, ".threshold", 2)
    assert "1 % false alarms" in page.evaluate(
        "document.querySelector('.threshold-value').textContent"
    )
    assert is_grey(colour_at(page, *CALM))
    assert colour_at(page, *STRONG) == before
    page.evaluate("document.querySelector('.threshold').focus()")
    page.press("End")
    assert is_grey(colour_at(page, *STRONG))
    page.press("Home")
    assert colour_at(page, *STRONG) == before


def test_opacity_goes_from_grey_to_the_bare_colour(page: Page) -> None:
    set_slider(page, ".opacity", 0)
    assert is_grey(colour_at(page, *STRONG))
    set_slider(page, ".opacity", 100)
    np.testing.assert_allclose(colour_at(page, *STRONG), (180, 4, 38), atol=2)


def test_every_layer_can_be_looked_at(page: Page) -> None:
    keys = page.evaluate("[...document.querySelector('.right-layer').options].map((o) => o.value)")
    assert len(keys) == 16
    assert {"dark", "light"} <= set(keys)
    seen = set()
    for key in keys:
        choose_layer(page, "right", key)
        seen.add((tuple(colour_at(page, *STRONG)), tuple(colour_at(page, *CALM))))
    assert len(seen) >= 9
    # Signed evidence of −4 deviations has a scale, a slider and a colour bar of its own.
    choose_layer(page, "right", "evidence-0")
    set_slider(page, ".threshold", 5)
    assert is_grey(colour_at(page, *CALM))
    shown = "[...document.querySelectorAll('.bars .bar:not([hidden])')].map((b) => b.dataset.bar)"
    assert page.evaluate(shown) == ["deviation"]
    choose_layer(page, "left", "hidden")
    assert page.evaluate(shown) == ["deviation", "hidden"]


def test_the_hidden_layer_has_an_absolute_scale_too(page: Page) -> None:
    shown = "[...document.querySelectorAll('.bars .bar:not([hidden])')].map((b) => b.dataset.bar)"
    switch = "document.querySelector('.absolute')"
    assert page.evaluate(f"{switch}.hidden")
    choose_layer(page, "right", "hidden")
    assert page.evaluate(shown) == ["hidden"]
    own = colour_at(page, *STRONG)
    page.click(".absolute input")
    page.wait_for(f"{STAGE}.ariaBusy === 'false'")
    page.settle()
    assert page.evaluate("document.querySelector('.right-layer').value") == "hidden-absolute"
    assert page.evaluate(shown) == ["hidden-absolute"]
    # Nothing is hidden: the middle of its own scale, and 60 % of that of all images.
    absolute = colour_at(page, *STRONG)
    assert own == pytest.approx([128] * 3, abs=3)
    assert absolute == pytest.approx([153] * 3, abs=3)
    page.click(".absolute input")
    page.wait_for("document.querySelector('.right-layer').value === 'hidden'")


def test_a_spinner_turns_until_the_viewer_is_there(browser: Page, report: Path) -> None:
    height = "document.querySelector('.waiting').getBoundingClientRect().height"
    browser.open(report)
    browser.wait_for(READY)
    assert browser.evaluate(height) == 0
    browser.evaluate("delete document.querySelector('.scene').dataset.ready")
    assert browser.evaluate(height) > 0
    assert browser.evaluate("document.querySelector('.spinner').getAnimations().length") == 1
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        assert browser.evaluate(height) == 0
        told = "document.querySelector('noscript').textContent"
        assert "needs JavaScript; everything else works" in browser.evaluate(told)
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_the_page_says_how_to_read_it(page: Page) -> None:
    assert page.evaluate("document.querySelectorAll('.guide li').length") == 10
    page.click("a[href='#guide']")
    assert page.evaluate("location.hash") == "#guide"
    assert -5 < page.box(".guide")[1] < 200
    terms = "[...document.querySelectorAll('.guide dt')].map((t) => t.textContent)"
    assert page.evaluate(terms) == sorted(page.evaluate(terms))


def test_a_plate_is_shown_when_it_is_chosen(page: Page) -> None:
    page.click("[data-show='band-2']")
    assert page.evaluate("document.querySelector('.right-layer').value") == "band-2"
    assert page.evaluate("document.querySelector('.tag.right').textContent") == "850 nm"


def test_a_chosen_region_is_framed_and_told(page: Page) -> None:
    page.click("[data-region='1']")
    pressed = "document.querySelector('[data-region=\"1\"]').ariaPressed"
    assert page.evaluate(pressed) == "true"
    news = "document.querySelector('.news').textContent"
    assert page.evaluate(news) == "Region 2, lower left, is framed in the image."
    # The frame's dark line lies four pixels outside of the region, white on either side of it.
    frame = page.evaluate(
        f"""(() => {{
          const canvas = {STAGE}.querySelector("canvas");
          const dark = [31, 33, 38];
          const context = canvas.getContext("2d");
          const {{ data }} = context.getImageData(0, 0, canvas.width, canvas.height);
          const found = [canvas.width, canvas.height, 0, 0];
          for (let i = 0; i < data.length; i += 4) {{
            if (dark.some((value, channel) => data[i + channel] !== value)) continue;
            const [x, y] = [(i / 4) % canvas.width, Math.floor(i / 4 / canvas.width)];
            found[0] = Math.min(found[0], x);
            found[1] = Math.min(found[1], y);
            found[2] = Math.max(found[2], x);
            found[3] = Math.max(found[3], y);
          }}
          return found;
        }})()"""
    )
    width, height = frame[2] - frame[0], frame[3] - frame[1]
    assert width > 100
    assert (width - 8) / (height - 8) == pytest.approx(7 / 5, rel=0.05)
    assert page.evaluate(f"{STAGE}.classList.contains('zoomed')")
    page.click("[data-region='1']")
    assert page.evaluate(pressed) == "false"


def test_keys_zoom_and_walk_through_the_regions(page: Page) -> None:
    page.evaluate(f"{STAGE}.focus()")
    zoomed = f"{STAGE}.classList.contains('zoomed')"
    page.press("+")
    assert page.evaluate(zoomed)
    page.press("0")
    assert not page.evaluate(zoomed)
    chosen = "document.querySelector('tr.chosen button')?.textContent ?? null"
    page.press("n")
    assert page.evaluate(chosen) == "1"
    page.press("n")
    assert page.evaluate(chosen) == "2"
    page.press("p")
    assert page.evaluate(chosen) == "1"
    page.press("Escape")
    assert page.evaluate(chosen) is None


def test_the_wheel_is_the_page_s_until_the_picture_is_in_focus(page: Page) -> None:
    left, top, width, height = stage_box(page)
    place = left + width / 4, top + height / 2
    zoomed = f"{STAGE}.classList.contains('zoomed')"
    page.mouse("Wheel", *place, deltaX=0, deltaY=-50)
    page.settle()
    assert not page.evaluate(zoomed)
    page.evaluate(f"{STAGE}.focus({{ preventScroll: true }})")
    page.mouse("Wheel", *place, deltaX=0, deltaY=-200)
    page.wait_for(zoomed)


READOUT = "document.querySelector('.readout').textContent"


def point_at(page: Page, place: tuple[int, int]) -> str:
    """Move the pointer to a row and column of the photograph, and return what is read there."""
    left, top, width, height = stage_box(page)
    zoom = min(width / WIDTH, height / HEIGHT)
    x = left + (width - WIDTH * zoom) / 2 + (place[1] + 0.5) * zoom
    y = top + (height - HEIGHT * zoom) / 2 + (place[0] + 0.5) * zoom
    page.mouse("Moved", x, y)
    page.settle()
    return str(page.evaluate(READOUT))


SAVED = """(async (selector) => {
  let saved = null;
  let name = null;
  const { createObjectURL } = URL;
  const { click } = HTMLAnchorElement.prototype;
  const done = new Promise((resolve) => {
    URL.createObjectURL = (blob) => { saved = blob; return "data:,"; };
    HTMLAnchorElement.prototype.click = function () { name = this.download; resolve(); };
  });
  document.querySelector(selector).click();
  await done;
  URL.createObjectURL = createObjectURL;
  HTMLAnchorElement.prototype.click = click;
  const bytes = new Uint8Array(await saved.arrayBuffer());
  return [name, btoa(String.fromCharCode(...bytes))];
})"""


def saved(page: Page, selector: str) -> tuple[str, np.ndarray]:
    """Name and pixels (h, w, 3) of the file that a button saves."""
    name, text = page.evaluate(f"{SAVED}({selector!r})")
    with Image.open(io.BytesIO(base64.b64decode(text))) as image:
        assert image.format == "PNG"
        return name, np.asarray(image.convert("RGB"))


def test_a_plate_is_saved_at_full_size_cropped_to_the_painting(page: Page) -> None:
    name, pixels = saved(page, "[data-save='photograph']")
    assert name == "_img src=x onerror=alert(1)__Photograph.png"
    # 55 of 60 rows are painting; the margin is 4.
    assert pixels.shape == (59, 80, 3)
    np.testing.assert_allclose(pixels[STRONG], make_photograph()[STRONG], atol=8)
    name, pixels = saved(page, "[data-save='heatmap']")
    assert name.endswith("_heatmap.png")
    np.testing.assert_allclose(pixels[STRONG], expected(HIGH, STRONG), atol=6)
    assert (pixels[6:14, 45:75] < 60).all(axis=-1).any()  # the frame of the strong region


def test_the_right_layer_is_saved_as_the_sliders_show_it(page: Page) -> None:
    set_slider(page, ".opacity", 100)
    set_slider(page, ".threshold", 2)
    _, pixels = saved(page, ".save-right")
    np.testing.assert_allclose(pixels[STRONG], (180, 4, 38), atol=2)
    assert is_grey(pixels[CALM].tolist())


def test_plates_are_cropped_and_framed_like_the_table(page: Page) -> None:
    boxes = page.evaluate(
        "[...document.querySelectorAll('.plate svg')].map((s) => s.getAttribute('viewBox'))"
    )
    assert set(boxes) == {"0 0 80 59"}
    numbers = page.evaluate(
        "[...document.querySelectorAll('.plate .frames')].map((g) => g.textContent.split(/\\s+/)"
        ".filter(Boolean))"
    )
    listed = page.evaluate(
        "[...document.querySelectorAll('[data-region]')].map((b) => b.textContent)"
    )
    assert numbers == [listed, listed]
    assert page.evaluate("document.querySelector('.plate .scale text').textContent") == "5 mm"


def test_regions_are_numbered_in_the_viewer_on_demand(page: Page) -> None:
    drawn = f"{STAGE}.querySelector('canvas').toDataURL()"
    before = page.evaluate(drawn)
    page.click(".numbered")
    assert page.evaluate(drawn) != before
    page.click(".numbered")
    assert page.evaluate(drawn) == before


def test_the_pointer_reads_place_score_and_sign(page: Page) -> None:
    told = point_at(page, STRONG)
    assert told.startswith("column 60, row 15 · score 3.50: 0.032 % of clean paint scores as high")
    page.wait_for(f"{READOUT}.endsWith(' · darker than expected')")
    # As in the table of regions, only what scores 2 or more has a sign.
    assert point_at(page, CALM).endswith(" · score 0.50: 32 % of clean paint scores as high")
    assert point_at(page, BARE) == "column 60, row 57"
    assert point_at(page, STRONG).endswith(" · darker than expected")


def test_the_pointer_reads_what_is_lighter_and_no_sign_of_other_models(
    browser: Page, run: Callable[..., Ran], tmp_path: Path
) -> None:
    light = write_result(tmp_path, folder="a").path
    (light / "dark.tif").rename(light / "other.tif")
    (light / "light.tif").rename(light / "dark.tif")
    (light / "other.tif").rename(light / "light.tif")
    sealed_again(find_scene(light.parent, "a"))
    write_result(tmp_path, folder="b", learns_from="views")
    told = []
    for name in "ab":
        out = tmp_path / f"{name}.html"
        assert run("report", light.parent, "--scene", name, "--out", out).exit_code == 0
        browser.events.clear()
        browser.open(out)
        browser.wait_for(READY)
        point_at(browser, STRONG)
        if name == "a":
            browser.wait_for(f"{READOUT}.includes('than expected')")
        told.append(point_at(browser, STRONG))
        assert browser.complaints() == []
    assert told[0].endswith(" · lighter than expected")
    assert told[1].endswith(" of clean paint scores as high")


def test_the_inputs_say_how_counts_stand_for_light(page: Page) -> None:
    cells = (
        "[...document.querySelectorAll('.inputs td[data-label=Coding]')].map((c) => c.textContent)"
    )
    assert page.evaluate(cells) == ["sRGB", "linear", "linear", "linear"]


def test_names_are_text(page: Page) -> None:
    assert page.evaluate("document.querySelector('h1').textContent") == NAME
    assert page.evaluate("document.title").startswith(NAME)
    label = page.evaluate(f"{STAGE}.getAttribute('aria-label')")
    assert label == f"Image viewer of {NAME}"


def test_everything_to_work_with_has_a_name(page: Page) -> None:
    """What assistive technology calls each control; the tree is the browser's own."""
    page.send("Accessibility.enable")
    nodes = page.send("Accessibility.getFullAXTree")["nodes"]
    page.send("Accessibility.disable")
    roles = {"button", "slider", "combobox", "application", "image", "link"}
    used = [
        (node["role"]["value"], node["name"]["value"])
        for node in nodes
        if not node.get("ignored") and node["role"]["value"] in roles
    ]
    assert len(used) > 30
    assert [role for role, name in used if not name.strip()] == []
    assert ("slider", "Curtain") in used


@pytest.mark.parametrize("width", [320, 390, 768, 1600])
def test_nothing_is_wider_than_the_window(browser: Page, report: Path, width: int) -> None:
    browser.open(report, width, 800, phone=width < 500)
    browser.wait_for(READY)
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    left, _, wide, _ = browser.box(".stage")
    assert left >= 0
    assert left + wide <= width


@pytest.mark.parametrize("width", [320, 1280])
def test_long_names_do_not_widen_the_page(
    browser: Page, run: Callable[..., Ran], tmp_path: Path, width: int
) -> None:
    bands = ("450", "b" * 200, "c" * 200)
    for folder in ("a", "b"):
        write_result(tmp_path, folder=folder * 240, band_ids=bands)
    out = tmp_path / "report.html"
    assert run("report", tmp_path / "results", "--out", out).exit_code == 0
    browser.open(out, width, 800, phone=width < 500)
    browser.wait_for("document.readyState === 'complete'")
    assert browser.evaluate("document.documentElement.scrollWidth") <= width


def test_a_finger_draws_the_curtain_on_a_phone(browser: Page, report: Path) -> None:
    browser.open(report, 390, 800, phone=True)
    browser.wait_for(READY)
    browser.evaluate(f"{STAGE}.scrollIntoView()")
    browser.settle()
    left, top, width, height = browser.box(".curtain")
    start = {"x": left + width / 2, "y": top + height / 2}
    browser.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[start])
    for step in (20, 60, 100):
        moved = [start | {"x": start["x"] - step}]
        browser.send("Input.dispatchTouchEvent", type="touchMove", touchPoints=moved)
    browser.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    browser.settle()
    share = int(browser.evaluate("document.querySelector('.curtain').ariaValueNow"))
    assert share == pytest.approx(50 - 100 * 100 / browser.box(".stage")[2], abs=2)


def test_it_prints(page: Page) -> None:
    page.send("Emulation.setEmulatedMedia", media="print")
    seen = (
        "[...document.querySelectorAll('.viewing, .plates, .regions, .provenance')]"
        ".map((e) => getComputedStyle(e).display !== 'none')"
    )
    assert page.evaluate(seen) == [False, True, True, True]
    page.send("Emulation.setEmulatedMedia", media="")
    content = page.pdf()
    assert content.startswith(b"%PDF")
    assert 2 <= content.count(b"/Type /Page\n") + content.count(b"/Type /Page/") <= 8


def test_the_policy_holds(browser: Page, report: Path) -> None:
    """A script that got into the page would not run, and a picture from elsewhere not load."""
    browser.open(report)
    browser.wait_for(READY)
    browser.evaluate(
        """(() => {
          const script = document.createElement("script");
          script.textContent = "window.taken = true";
          const picture = document.createElement("img");
          picture.src = "file:///etc/hostname.png";
          picture.onerror = () => { window.refused = true; };
          document.body.append(script, picture);
        })()"""
    )
    browser.wait_for("window.refused === true")
    assert browser.evaluate("window.taken === undefined")
    assert len([text for text in browser.complaints() if "Content Security Policy" in text]) == 2


def test_without_scripts_pictures_and_tables_are_there(browser: Page, report: Path) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(report)
        shown = "(selector) => document.querySelector(selector).getBoundingClientRect().height > 0"
        for selector, is_shown in (
            (".viewer", False),
            (".plate svg image", True),
            (".regions", True),
        ):
            assert browser.evaluate(f"({shown})({selector!r})") is is_shown
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)


def test_several_scenes_come_to_life_as_they_are_reached(
    browser: Page, run: Callable[..., Ran], tmp_path: Path
) -> None:
    for name in ("a", "b", "c", "d"):
        write_result(tmp_path, folder=name)
    out = tmp_path / "report.html"
    assert run("report", tmp_path / "results", "--out", out).exit_code == 0
    browser.events.clear()
    browser.open(out)
    browser.wait_for(READY)
    live = "[...document.querySelectorAll('.scene')].map((scene) => scene.dataset.ready ?? 'no')"
    assert browser.evaluate(live)[-1] == "no"
    browser.evaluate("document.querySelector('.index a[href=\"#scene-4\"]').click()")
    browser.wait_for("document.querySelector('#scene-4').dataset.ready === 'yes'")
    assert browser.complaints() == []
