import base64
import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from artextract_cli.report.filing import Filing
from artextract_cli.report.page import ASSETS, HEAD_BYTES, MARK, SCRIPTS
from artextract_cli.report.writing import write_report
from tests.helpers.results import write_result

HOSTILE = "</script><script>window.taken=1</script><img src=x onerror=window.taken=1>&\"'"


class Read(HTMLParser):
    """Elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        last = self.elements[-1][0] if self.elements else ""
        if last in ("script", "style"):
            self.raw.append((last, data))
        self.text += data

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def report(root: Path, **changes: object) -> Read:
    result = write_result(root, **changes)  # type: ignore[arg-type]
    write_report(result.path.parent, root / "report.html")
    return Read((root / "report.html").read_text(encoding="utf-8"))


def test_the_mark_of_a_report_is_at_its_beginning(tmp_path: Path) -> None:
    report(tmp_path)
    assert MARK in (tmp_path / "report.html").read_bytes()[: HEAD_BYTES // 2]


def test_the_policy_admits_one_style_one_script_and_no_address(tmp_path: Path) -> None:
    page = report(tmp_path)
    (policy,) = (
        meta["content"] or ""
        for meta in page.attributes("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    said = dict(part.split(" ", 1) for part in policy.split("; "))
    assert said["default-src"] == "'none'"
    assert said["img-src"] == "data:"
    for kind in ("script", "style"):
        (allowed,) = re.findall("'sha256-(.*?)'", said[f"{kind}-src"])
        digests = [
            base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for tag, text in page.raw
            if tag == kind
        ]
        assert digests.count(allowed) == 1
        assert "unsafe" not in said[f"{kind}-src"]


def test_nothing_points_out_of_the_page(tmp_path: Path) -> None:
    page = report(tmp_path)
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            value = attributes.get(name) or ""
            assert value == "" or value.startswith(("data:image/", "#"))
        assert "style" not in attributes
        assert not [name for name in attributes if name.startswith("on")]


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    calm = report(tmp_path / "calm")
    bands = ("450", HOSTILE, "850")
    model = {"path": f"/models/{HOSTILE}", "sha256": HOSTILE}
    name = HOSTILE.replace("/", "")
    page = report(tmp_path, folder=name, band_ids=bands, model=model, engine=HOSTILE)
    assert len(page.elements) == len(calm.elements)
    assert page.text.count(HOSTILE) >= 4
    assert name in page.text
    for tag, text in page.raw:
        assert "<script" not in text or tag == "style"


def test_notes_of_the_dataset_stay_text(tmp_path: Path) -> None:
    (tmp_path / "dataset").mkdir()
    (tmp_path / "dataset" / "dataset.yaml").write_text(f"notes: |\n  {HOSTILE}\n")
    page = report(tmp_path)
    assert HOSTILE in page.text
    assert not page.attributes("img")[0].get("onerror")


def test_what_is_filed_stays_text_and_heads_the_page(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    filing = Filing(title=HOSTILE, inventory=HOSTILE, notes=f"{HOSTILE}\n{HOSTILE}")
    write_report(result.path.parent, tmp_path / "filed.html", filing=filing)
    write_report(result.path.parent, tmp_path / "calm.html", filing=Filing(title="a", date="b"))
    text = (tmp_path / "filed.html").read_text(encoding="utf-8")
    page, calm = Read(text), Read((tmp_path / "calm.html").read_text(encoding="utf-8"))
    # One more row, of a div, dt, dd and bdi.
    assert len(page.elements) == len(calm.elements) + 4
    assert page.text.count(HOSTILE) == 5
    assert page.text.index(HOSTILE) < page.text.index("Inventory number")
    assert "<h1><bdi>a</bdi></h1>" in (tmp_path / "calm.html").read_text(encoding="utf-8")


def test_paths_that_are_no_text_are_written_all_the_same(tmp_path: Path) -> None:
    """A file name of other bytes comes as halves of characters, which UTF-8 does not know."""
    model = {"path": "/models/\udcff\udcfe", "sha256": "0" * 64}
    assert "/models/??" in report(tmp_path, model=model).text


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_make_no_markup_of_data_and_run_no_text(name: str) -> None:
    text = (ASSETS / name).read_text(encoding="utf-8")
    for banned in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert banned not in text
    for banned in ("new Function", "fetch(", "XMLHttpRequest", "http:", "https:", "localStorage"):
        assert banned not in text


def test_the_template_marks_nothing_as_safe() -> None:
    text = (ASSETS / "report.html").read_text(encoding="utf-8")
    assert "|safe" not in text.replace(" ", "")
    assert "autoescape" not in text
