"""The exported folder: what may be replaced."""

from pathlib import Path

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.export.iiif.addresses import MARK
from artextract_cli.export.iiif.json_files import write_json
from artextract_cli.export.iiif.site import check_site, write_mark
from artextract_cli.results.scene_result import SceneResult
from tests.helpers.results import write_result


@pytest.fixture
def result(tmp_path: Path) -> SceneResult:
    return write_result(tmp_path)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    write_json(folder / "abbey" / "manifest.json", {})
    write_mark(folder, "http://a")
    return folder


def check(result: SceneResult, out: Path) -> None:
    check_site(out, result.path.parent, [result])


def test_a_new_folder_and_an_earlier_export(result: SceneResult, site: Path) -> None:
    check(result, site.parent / "new")
    check(result, site)
    (site / "abbey" / "manifest.json").unlink()
    check(result, site)
    (site.parent / "empty").mkdir()
    check(result, site.parent / "empty")


def test_files_that_are_not_of_the_export_are_not_lost(result: SceneResult, site: Path) -> None:
    own = site / "abbey" / "index.html"
    own.write_text("mine")
    with pytest.raises(UsageError, match=r"index\.html is not part of an earlier export"):
        check(result, site)
    own.unlink()
    (site / "link").symlink_to(result.path, target_is_directory=True)
    with pytest.raises(UsageError, match="link is not part of an earlier export"):
        check(result, site)


@pytest.mark.parametrize("mark", ["", "[]", '{"format": "other"}', '{"format": "artextract-iiif"}'])
def test_without_its_list_every_file_is_foreign(result: SceneResult, site: Path, mark: str) -> None:
    (site / MARK).write_text(mark)
    with pytest.raises(UsageError, match=r"manifest\.json is not part of an earlier export"):
        check(result, site)


def test_places_that_are_never_written_to(result: SceneResult, tmp_path: Path) -> None:
    for out in (tmp_path / "dataset" / "site", result.path.parent, result.path / "site"):
        with pytest.raises(UsageError, match="which is never modified"):
            check(result, out)
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(UsageError, match="is not part of an earlier export"):
        check(result, file)
    (tmp_path / "nowhere").symlink_to(tmp_path / "missing")
    with pytest.raises(UsageError, match="is not part of an earlier export"):
        check(result, tmp_path / "nowhere")
