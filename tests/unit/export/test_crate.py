"""RO-Crates of a results directory: their files, and what another program reads."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from artextract_cli.errors import InputError, UsageError
from artextract_cli.export.crate import export_crate
from artextract_cli.report.filing import Filing
from tests.helpers.command_line import Ran
from tests.helpers.results import write_result

METADATA = "ro-crate-metadata.json"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two scenes, a file that somebody added, and what a killed process left."""
    folder = write_result(tmp_path).path.parent
    write_result(tmp_path, folder="zweites Bild ä")
    (folder / "made" / "notes.txt").write_text("mine")
    (folder / ".artextract-tmp-1").write_text("left")
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name[0] != ".")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def read(crate: Path) -> dict[str, tuple[str, str]]:
    """Size and digest of every file, as the library of the format reads them."""
    return {
        entity.id: (entity["contentSize"], entity["sha256"])
        for entity in ROCrate(crate).data_entities
    }


def test_another_program_reads_the_folder(results: Path) -> None:
    before = contents(results)
    out = results.parent / "crate"
    names = export_crate(results, out, filing=Filing(title="Lady"), licence="CC0-1.0")
    written = contents(out)
    assert set(names) == set(written)
    assert written.pop(METADATA)
    assert written == before == contents(results)
    crate = ROCrate(out)
    assert crate.name == "Lady"
    assert crate.license.id == "https://spdx.org/licenses/CC0-1.0"
    assert {entity.id for entity in crate.contextual_entities} >= {"#infer-made", "#artextract"}
    assert read(out)["zweites%20Bild%20%C3%A4/heatmap.tif"] == (
        str(len(before["zweites Bild ä/heatmap.tif"])),
        hashlib.sha256(before["zweites Bild ä/heatmap.tif"]).hexdigest(),
    )
    assert len(read(out)) == len(before)


def test_a_zip_has_the_same_content_and_replaces_the_former(results: Path) -> None:
    out = results.parent / "crate.zip"
    out.write_bytes(b"former")
    export_crate(results, out)
    with zipfile.ZipFile(out) as archive:
        unpacked = {name: archive.read(name) for name in archive.namelist()}
    assert unpacked.pop(METADATA)
    assert unpacked == contents(results)
    assert len(read(out)) == len(unpacked)


def test_the_copy_is_not_a_link(results: Path) -> None:
    out = results.parent / "crate"
    export_crate(results, out)
    (out / "made" / "regions.csv").write_text("changed")
    assert (results / "made" / "regions.csv").read_text() != "changed"


@pytest.mark.parametrize("name", ["results/crate", "results/a.zip", "dataset/crate"])
def test_nothing_is_written_among_the_inputs(results: Path, name: str) -> None:
    with pytest.raises(UsageError, match="never modified"):
        export_crate(results, results.parent / name)


def test_a_damaged_file_is_not_passed_on(results: Path) -> None:
    (results / "made" / "heatmap.tif").write_bytes(b"")
    with pytest.raises(InputError, match=r"heatmap\.tif is damaged or has been changed"):
        export_crate(results, results.parent / "crate")
    assert not (results.parent / "crate").exists()


def test_what_repositories_ask_for_is_missed(results: Path, run: Callable[..., Ran]) -> None:
    ran = run("export", "crate", results, "--out", results.parent / "a.zip")
    assert "names no authors (--author) and no licence (--licence)" in ran.stderr
    words = ("--author", "R. Doe;0000-0002-1825-0097", "--licence", "CC-BY-4.0")
    ran = run("export", "crate", results, "--out", results.parent / "b.zip", *words)
    assert "names no" not in ran.stderr
    assert ROCrate(results.parent / "b.zip").root_dataset["author"]["name"] == "R. Doe"


def test_links_are_refused(results: Path) -> None:
    (results / "made" / "link.tif").symlink_to(results / "made" / "heatmap.tif")
    with pytest.raises(InputError, match=r"link\.tif is a symbolic link"):
        export_crate(results, results.parent / "crate")
