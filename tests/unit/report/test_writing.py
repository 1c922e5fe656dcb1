import dataclasses
import os
import shutil
from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.report.writing import write_report
from tests.helpers.results import sealed_again, write_result


def test_one_file_about_all_scenes_or_those_named(tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        write_result(tmp_path, folder=name)
    results, out = tmp_path / "results", tmp_path / "made" / "report.html"
    assert write_report(results, out) == ["a", "b", "c"]
    text = out.read_text(encoding="utf-8")
    assert text.count('class="scene"') == 3
    assert "<h1><bdi>3 scenes</bdi></h1>" in text
    assert write_report(results, out, names=["c", "a", "c"]) == ["c", "a"]
    assert write_report(results, out, names=["b"]) == ["b"]
    assert "<h1><bdi>b</bdi></h1>" in out.read_text(encoding="utf-8")
    with pytest.raises(InputError, match="has no scene 'd'"):
        write_report(results, out, names=["d"])
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]


def test_what_files_say_of_their_capture_is_escaped(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    results, out = result.path.parent, tmp_path / "report.html"
    write_report(results, out)
    assert "according to the files" not in out.read_text(encoding="utf-8")
    script = "<script>alert(1)</script>"
    said = {"photograph": {"camera": "Nikon D850", "creator": script}, "950": {"filter": "IR"}}
    sealed_again(result, capture=said)
    write_report(results, out)
    text = out.read_text(encoding="utf-8")
    assert "<h5>Photograph</h5>" in text
    assert "<h5>Band 950</h5>" in text
    assert "<bdi>Nikon D850</bdi>" in text
    assert script not in text
    assert "&lt;script&gt;alert(1)" in text


def test_millimetres_where_the_scale_is_known(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    results, out = result.path.parent, tmp_path / "report.html"
    write_report(results, out)
    assert "mm</small>" not in out.read_text(encoding="utf-8")
    (tmp_path / "dataset" / "dataset.yaml").write_text("pixels_per_mm: 4\n")
    write_report(results, out)
    assert "<small>5.0 × 2.5 mm</small>" in out.read_text(encoding="utf-8")
    write_report(results, out, pixels_per_mm=10)
    assert "<small>2.0 × 1.0 mm</small>" in out.read_text(encoding="utf-8")
    (tmp_path / "dataset" / "dataset.yaml").write_text("pixels_per_mm: -1\n")
    with pytest.raises(InputError, match=r"dataset\.yaml"):
        write_report(results, out)


def test_a_changed_photograph_leaves_the_earlier_report(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    out = tmp_path / "report.html"
    out.write_text(earlier := '<meta name="generator" content="artextract 0.1.0">earlier')
    Path(result.description["photograph"]["path"]).write_bytes(b"another")
    with pytest.raises(InputError, match="has changed since it was scored"):
        write_report(result.path.parent, out)
    assert out.read_text() == earlier


def test_of_several_scenes_one_that_has_changed_is_named_in_the_report(tmp_path: Path) -> None:
    kept, changed = write_result(tmp_path), write_result(tmp_path, folder="other")
    photograph = changed.description["photograph"] | {"sha256": "1" * 64}
    sealed_again(changed, photograph=photograph)
    out = tmp_path / "report.html"
    with pytest.raises(InputError, match=r"^other: .* has changed .*; the others are in .*html$"):
        write_report(kept.path.parent, out)
    page = out.read_text(encoding="utf-8")
    assert f"<h1><bdi>{kept.name}</bdi></h1>" in page
    assert "<bdi>other</bdi>: " in page.partition("Not in this report")[2]
    out.unlink()
    with pytest.raises(InputError, match="has changed since it was scored"):
        write_report(kept.path.parent, out, names=["other"])
    assert not out.exists()


@pytest.mark.parametrize("content", [b"{", b"", None])
def test_of_several_scenes_one_without_a_description_is_named_in_the_report(
    tmp_path: Path, content: bytes | None
) -> None:
    for name in ("a", "b"):
        write_result(tmp_path, folder=name)
    results, out = tmp_path / "results", tmp_path / "report.html"
    description = results / "a" / "scene.json"
    description.unlink() if content is None else description.write_bytes(content)
    with pytest.raises(
        InputError, match=r"^a: .*scene\.json.*run `artextract infer .*`; the others are in .*html$"
    ):
        write_report(results, out)
    page = out.read_text(encoding="utf-8")
    assert page.count('class="scene"') == 1
    assert "<bdi>a</bdi>: " in page.partition("Not in this report")[2]
    assert write_report(results, out, names=["b"]) == ["b"]


def test_a_copy_of_a_scene_is_not_counted(tmp_path: Path) -> None:
    result, out = write_result(tmp_path), tmp_path / "report.html"
    shutil.copytree(result.path, result.path.with_name("a copy"))
    with pytest.raises(InputError, match=r"^a copy: .*contains the results of scene 'made'"):
        write_report(result.path.parent, out)
    assert "<h1><bdi>made</bdi></h1>" in out.read_text(encoding="utf-8")


def test_a_map_that_was_deleted_is_missed(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    (result.path / "hidden.tif").unlink()
    with pytest.raises(InputError, match=r"hidden\.tif is missing: run `artextract infer "):
        write_report(result.path.parent, tmp_path / "report.html")


def test_only_a_report_is_replaced(tmp_path: Path) -> None:
    results, out = write_result(tmp_path).path.parent, tmp_path / "report.html"
    out.write_text("")  # as mktemp leaves it
    write_report(results, out)
    earlier = out.read_bytes()
    assert write_report(results, out) == ["made"]
    for other in (b"old", b"x" * 100_000 + earlier, b"<meta name=generator content=another>"):
        out.write_bytes(other)
        with pytest.raises(UsageError, match=r"report\.html is not a report of artextract"):
            write_report(results, out)
        assert out.read_bytes() == other


def test_a_pipe_is_not_replaced(tmp_path: Path) -> None:
    results, out = write_result(tmp_path).path.parent, tmp_path / "report.html"
    os.mkfifo(out)
    with pytest.raises(UsageError, match="is not a report of artextract"):
        write_report(results, out)


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_only_html_is_written(tmp_path: Path, name: str) -> None:
    result = write_result(tmp_path)
    with pytest.raises(UsageError, match=r"is not an HTML file: use a name such as report\.html"):
        write_report(result.path.parent, tmp_path / name)


def test_never_into_the_dataset(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    with pytest.raises(UsageError, match="is inside the dataset"):
        write_report(result.path.parent, tmp_path / "dataset" / "report.html")


def test_a_description_that_lacks_something(tmp_path: Path) -> None:
    result = write_result(tmp_path)
    lacking = {k: v for k, v in result.description.items() if k not in ("engine", "bands")}
    sealed_again(dataclasses.replace(result, description=lacking))
    with pytest.raises(
        InputError, match=r"scene\.json lacks bands, engine: remove .* and run `artextract "
    ):
        write_report(tmp_path / "results", tmp_path / "report.html")
