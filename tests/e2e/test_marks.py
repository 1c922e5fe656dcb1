"""Marks of a person: made in a report in a real browser, saved, shown, and learned from."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from artextract_cli.results.marks import read_marks
from artextract_cli.results.reader import find_scene
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.browser import Page, chromium, find_chromium
from tests.helpers.command_line import Ran
from tests.helpers.marks import DAY, content, entry, mark, write_marks
from tests.helpers.results import SIZE, write_result

needs_browser = pytest.mark.skipif(
    find_chromium() is None, reason="there is no Chromium here (Debian's package is `chromium`)"
)
HEIGHT, WIDTH = SIZE
HOSTILE = "<img src=x onerror=alert(1)>"
REGION = [50, 10, 70, 20]  # the strongest region of the results made by hand
READY = "document.querySelector('.scene').dataset.ready === 'yes'"
NEWS = "document.querySelector('.mark-news[role]').textContent"
SAVED = """(async () => {
  const { createObjectURL } = URL;
  const { click } = HTMLAnchorElement.prototype;
  let saved = null;
  let name = null;
  URL.createObjectURL = (blob) => { saved = blob; return "data:,"; };
  HTMLAnchorElement.prototype.click = function () { name = this.download; };
  document.querySelector(".mark-save").click();
  URL.createObjectURL = createObjectURL;
  HTMLAnchorElement.prototype.click = click;
  return [name, await saved.text()];
})()"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with chromium(tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> SceneResult:
    return write_result(tmp_path_factory.mktemp("marked"), folder=HOSTILE)


@pytest.fixture
def page(
    browser: Page, run: Callable[..., Ran], result: SceneResult, tmp_path: Path
) -> Iterator[Page]:
    """A report with one mark, open; whatever is done to it, it never complains."""
    own = entry(result, mark("pigment", 5, 6, 15, 26, note=HOSTILE, author="<b>R. Doe</b>"))
    file = write_marks(tmp_path / "marks.json", own)
    out = tmp_path / "report.html"
    ran = run("report", result.path.parent, "--out", out, "--marks", file, "--no-bands", "-q")
    assert ran.exit_code == 0, ran.stderr
    browser.events.clear()
    browser.open(out)
    browser.wait_for(READY)
    browser.settle()
    yield browser
    assert browser.complaints() == []
    assert browser.requests() == [out.resolve().as_uri()]


def marks_of(page: Page, tmp_path: Path) -> list[dict[str, Any]]:
    """The marks of the file that the page saves, which the program reads."""
    name, text = page.evaluate(SAVED)
    assert name == "marks.json"
    path = tmp_path / "saved.json"
    path.write_text(text, encoding="utf-8")
    (scene,) = read_marks(path).scenes
    return [made.model_dump() for made in scene.marks]


def load(page: Page, path: Path) -> str:
    """Choose a file in the page, and return what it says."""
    found = page.send("Runtime.evaluate", expression="document.querySelector('.mark-load input')")
    page.evaluate("document.querySelector('.mark-news[role]').textContent = ''")
    object_id = found["result"]["objectId"]
    page.send("DOM.setFileInputFiles", files=[str(path)], objectId=object_id)
    page.wait_for(f"{NEWS} !== ''")
    return str(page.evaluate(NEWS))


def stage_place(page: Page, column: float, row: float) -> tuple[float, float]:
    """A place of the photograph in the window, while all of it is shown."""
    page.evaluate("document.querySelector('.stage').scrollIntoView({ block: 'center' })")
    page.settle()
    left, top, width, height = page.box(".stage")
    zoom = min(width / WIDTH, height / HEIGHT)
    return (
        left + (width - WIDTH * zoom) / 2 + column * zoom,
        top + (height - HEIGHT * zoom) / 2 + row * zoom,
    )


@needs_browser
def test_marks_of_a_file_are_listed_as_text(page: Page, tmp_path: Path) -> None:
    assert page.evaluate("document.querySelector('.marks-table textarea').value") == HOSTILE
    assert "<b>R. Doe</b>" in page.evaluate("document.querySelector('.marks-table').textContent")
    assert (
        page.evaluate("document.querySelectorAll('.marks-table img, .marks-table b').length") == 0
    )
    assert [made["box"] for made in marks_of(page, tmp_path)] == [(5, 6, 15, 26)]


@needs_browser
def test_without_scripts_marks_are_a_table(page: Page) -> None:
    rows = "[...document.querySelectorAll('.marks-table tbody tr')].map((r) => r.textContent)"
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.send("Page.reload")
        page.wait_for("document.readyState === 'complete'")
        (row,) = page.evaluate(rows)
        for text in ("M1", "pigment", HOSTILE, "5, 6, 10, 20", f"<b>R. Doe</b>, {DAY}"):
            assert text in row
        assert page.evaluate("document.querySelector('.mark-save').offsetParent === null")
    finally:
        page.send("Emulation.setScriptExecutionDisabled", value=False)
    page.events.clear()
    page.send("Page.reload")
    page.wait_for("document.readyState === 'complete'")
    page.wait_for(READY)


@needs_browser
def test_a_mark_is_made_edited_and_removed_by_keys(page: Page, tmp_path: Path) -> None:
    page.evaluate("document.querySelector('.stage').focus()")
    page.press("n")
    page.press("m")
    assert "Mark 2, known retouching, was added" in page.evaluate(NEWS)
    page.evaluate("document.querySelectorAll('.marks-table textarea')[1].focus()")
    for letter in "fill":
        page.press(letter)
    page.evaluate("document.querySelectorAll('.marks-table input')[6].focus()")
    page.press("ArrowUp")  # width of the second mark
    page.evaluate("document.activeElement.blur()")
    made = marks_of(page, tmp_path)[1]
    assert (made["kind"], made["note"], made["author"]) == ("retouching", "fill", "")
    assert list(made["box"]) in (REGION, [50, 10, 71, 20])
    page.evaluate("document.querySelector('[aria-label=\"Remove mark 1\"]').focus()")
    page.evaluate("document.activeElement.click()")
    assert [made["note"] for made in marks_of(page, tmp_path)] == ["fill"]


@needs_browser
def test_without_a_framed_region_the_middle_of_the_view_is_marked(
    page: Page, tmp_path: Path
) -> None:
    page.evaluate("document.querySelector('.mark-kind').value = 'interest'")
    page.evaluate("document.querySelector('.stage').focus()")
    page.press("m")
    made = marks_of(page, tmp_path)[1]
    left, top, right, bottom = made["box"]
    assert made["kind"] == "interest"
    assert left < WIDTH / 2 < right
    assert top < HEIGHT / 2 < bottom


@needs_browser
def test_a_click_marks_the_region_under_it_and_a_drag_a_rectangle(
    page: Page, tmp_path: Path
) -> None:
    page.click(".mark-draw")
    assert page.evaluate("document.querySelector('.mark-draw').ariaPressed") == "true"
    place = stage_place(page, 60, 15)
    page.drag(place, place)
    page.drag(stage_place(page, 30, 40), stage_place(page, 20, 32))
    page.drag(stage_place(page, 5, 50), stage_place(page, 5, 50))
    assert "no region of the table here" in page.evaluate(NEWS)
    first, second = (list(made["box"]) for made in marks_of(page, tmp_path)[1:])
    assert first == REGION
    assert second == pytest.approx([20, 32, 30, 40], abs=1)
    page.evaluate("document.querySelector('.stage').focus()")
    page.press("Escape")
    assert page.evaluate("document.querySelector('.mark-draw').ariaPressed") == "false"


@needs_browser
def test_marks_are_outlined_in_the_viewer(page: Page) -> None:
    drawn = "document.querySelector('.stage canvas').toDataURL()"
    before = page.evaluate(drawn)
    page.click("[aria-label='Remove mark 1']")
    page.settle()
    assert page.evaluate(drawn) != before


@needs_browser
def test_a_file_is_added_to_the_marks_once(page: Page, result: SceneResult, tmp_path: Path) -> None:
    elsewhere = entry(result, mark("interest", 1, 1, 2, 2), scene="chapel")
    own = entry(result, mark("interest", 1, 2, 3, 4))
    path = write_marks(tmp_path / "other.json", own, elsewhere)
    assert load(page, path) == "1 mark added."
    assert load(page, path) == "0 marks added."
    _, text = page.evaluate(SAVED)
    saved = {scene["scene"]: scene["marks"] for scene in json.loads(text)["scenes"]}
    # Marks of a scene that is not in this report are kept.
    assert saved["chapel"] == elsewhere["marks"]
    assert saved[HOSTILE][1:] == own["marks"]


@needs_browser
def test_marks_of_another_photograph_are_kept_but_not_shown(
    page: Page, result: SceneResult, tmp_path: Path
) -> None:
    other = entry(result, mark("interest", 1, 2, 3, 4), photograph_sha256=64 * "0")
    said = load(page, write_marks(tmp_path / "other.json", other))
    assert said.endswith("are of another photograph and are not shown.")
    assert page.evaluate("document.querySelectorAll('.marks-table tbody tr').length") == 1
    assert "0" * 64 in page.evaluate(SAVED)[1]


@needs_browser
@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("{", "This is not a file of marks."),
        ("null", "This is not a file of marks."),
        (json.dumps(content(format_version=2)), "This file of marks has another version."),
        (json.dumps(content({"scene": "a"})), "This file of marks is damaged."),
        *(
            (
                json.dumps(
                    content(
                        {
                            "scene": HOSTILE,
                            "photograph_sha256": 64 * "0",
                            "shape": [4, 4],
                            "marks": [made],
                        }
                    )
                ),
                "This file of marks is damaged.",
            )
            for made in (
                mark("interest", 0, 0, 5, 4),
                mark("smudge", 0, 0, 4, 4),
                mark("interest", 0, 0, 4, 4, note="12\u202e3"),
                mark("interest", 0, 0, 4, 4, colour="red"),
            )
        ),
    ],
)
def test_a_bad_file_changes_nothing(page: Page, tmp_path: Path, said: str, answer: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(said, encoding="utf-8")
    assert load(page, path) == answer
    assert page.evaluate("document.querySelectorAll('.marks-table tbody tr').length") == 1


def test_the_report_names_its_marks_and_warns_of_others(
    run: Callable[..., Ran], result: SceneResult, tmp_path: Path
) -> None:
    out = tmp_path / "report.html"
    words = ("report", result.path.parent, "--out", out, "--no-bands")
    own = write_marks(tmp_path / "own.json", entry(result, mark("interest", 1, 2, 3, 4)))
    ran = run(*words, "--marks", own)
    assert ran.exit_code == 0
    assert "warning" not in ran.stderr
    assert f"1, from {own.resolve()}" in out.read_text(encoding="utf-8")
    other = entry(result, mark("interest", 1, 2, 3, 4), photograph_sha256=64 * "0")
    ran = run(*words, "--marks", write_marks(tmp_path / "other.json", other))
    assert ran.exit_code == 0
    assert "are of another photograph and are not used" in ran.stderr
    assert "M1</th>" not in out.read_text(encoding="utf-8")


def test_results_learn_from_marks_and_forget_them(
    run: Callable[..., Ran], dataset: Path, tmp_path: Path
) -> None:
    out, plain = tmp_path / "results", tmp_path / "plain"
    words = ("infer", dataset, "--split", "val", "-q", "--out")
    for folder in (out, plain):
        assert run(*words, folder).exit_code == 0
    before = find_scene(out, "v0")
    path = write_marks(
        tmp_path / "marks.json",
        entry(before, mark("interest", 0, 0, 20, 20), mark("retouching", 25, 20, 48, 40)),
    )
    assert run(*words, out, "--marks", path).exit_code == 0
    after = find_scene(out, "v0")
    assert after.description["marks"]["counts"] == {"retouching": 1, "interest": 1}
    shift = after.map("reranked") - after.map("heatmap")
    assert shift[:20, :20].mean() > shift[20:, 25:].mean()
    for name in before.description["files"]:
        assert (out / "v0" / name).read_bytes() == (plain / "v0" / name).read_bytes()
    assert "false_alarm_rate" not in (out / "v0" / "reranked_regions.csv").read_text()
    # A scene without marks is as it was, and the same marks are not learned from again.
    assert (out / "v1" / "scene.json").read_bytes() == (plain / "v1" / "scene.json").read_bytes()
    stamp = (out / "v0" / "scene.json").stat().st_mtime_ns
    assert run(*words, out, "--marks", path).exit_code == 0
    assert (out / "v0" / "scene.json").stat().st_mtime_ns == stamp
    assert run("report", out, "--scene", "v0", "--out", tmp_path / "r.html").exit_code == 0
    assert "Heat map, re-ranked by marks" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert run(*words, out).exit_code == 0
    assert not (out / "v0" / "reranked.tif").exists()
    assert (out / "v0" / "scene.json").read_bytes() == (plain / "v0" / "scene.json").read_bytes()
