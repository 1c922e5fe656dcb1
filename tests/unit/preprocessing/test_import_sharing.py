"""Scenes shared among processes, threads or a cluster: the same bytes, errors and order."""

import shutil
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.plugin.contract import Importer
from artextract_cli.plugin.plugin import Plugin
from artextract_cli.plugin.protocols import Capture
from artextract_cli.preprocessing.import_dataset import import_dataset
from artextract_cli.utils.parallel.cluster import Cluster
from tests.helpers.datasets import write_png
from tests.helpers.results import contents
from tests.helpers.toy_plugins import put_in

RNG = np.random.default_rng(0)
RGB = RNG.integers(0, 256, (40, 50, 3), np.uint8)


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Five scenes, of which the fourth has a band of another wavelength."""
    for name in "abcde":
        write_png(tmp_path / "raw" / name / "photo.png", RGB)
        for nm in (650, 940 if name == "d" else 950):
            band = RNG.integers(0, 65536, (40, 50), np.uint16)
            write_png(tmp_path / "raw" / name / f"b_{nm}nm.png", band)
    return tmp_path / "raw"


def imported(raw: Path, out: Path, **how: Any) -> tuple[str, list[str], dict[str, bytes]]:
    """The error, the scenes in the order of their import, and all files."""
    names: list[str] = []
    error = ""
    try:
        import_dataset("bands", raw, out, on_scene=names.append, **how)
    except InputError as raised:
        error = str(raised).replace(str(out), "")
    return error, names, contents(out)


def test_jobs_give_the_bytes_and_the_error_of_one(raw: Path, tmp_path: Path) -> None:
    one = imported(raw, tmp_path / "one")
    assert one[:2] == (
        "scene 'd' has the bands 650, 940, but the scenes of  have 650, 950; import it into "
        "another dataset; the scenes imported before it (3) are in ",
        ["a", "b", "c"],
    )
    assert imported(raw, tmp_path / "two", jobs=2) == one
    assert not list((tmp_path / "two").glob(".*"))


def test_a_cluster_gives_the_bytes_of_one_process(
    raw: Path, tmp_path: Path, cluster: Cluster
) -> None:
    shutil.rmtree(raw / "d")
    one = imported(raw, tmp_path / "one")
    assert one[:2] == ("", ["a", "b", "c", "e"])
    assert imported(raw, tmp_path / "shared", cluster=cluster) == one
    # A scene that is complete is left as it is; what is missing is added.
    (tmp_path / "shared" / "train" / "rgb_images" / "b_RGB.png").unlink()
    assert imported(raw, tmp_path / "shared", cluster=cluster) == one


def test_threads_encode_what_an_importer_yields(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no more scenes than jobs are in memory."""
    alive: list[weakref.ref[Any]] = []

    def read(path: Path, options: object) -> Iterator[Capture]:
        for name in "abcdefgh":
            bands = np.full((40, 50, 2), ord(name), np.uint8)
            alive.append(weakref.ref(bands))
            yield Capture(name=name, rgb=RGB, bands=bands, wavelengths=(650, 950))
            del bands
            most_alive.append(sum(ref() is not None for ref in alive))

    spec = Importer(name="toy", summary="", load=lambda: read)
    toy = Plugin(spec=spec, distribution="artextract-toy", version="1.0")
    put_in(monkeypatch, "importers", toy)
    for jobs in (1, 3):
        most_alive: list[int] = []
        scenes = import_dataset("toy", tmp_path / "raw", tmp_path / str(jobs), jobs=jobs)
        assert [scene.scene for scene in scenes] == list("abcdefgh")
        assert max(most_alive) <= jobs
    assert contents(tmp_path / "1") == contents(tmp_path / "3")
    with pytest.raises(UsageError, match="which a cluster cannot share: use --jobs"):
        import_dataset(
            "toy", tmp_path, tmp_path / "x", cluster=Cluster(address="tcp://127.0.0.1:1")
        )
