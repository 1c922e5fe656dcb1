"""The steps of an examination, and where a person has to decide."""

import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Importer, InputError, UsageError, examine
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.plugin import Plugin
from tests.helpers.datasets import write_png, write_scene

MODEL = Path("none")


def test_bands_of_unknown_wavelength(camera: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(camera, tmp_path / "abbey"))
    (folder / "abbey_950nm.png").rename(folder / "ir.png")
    with pytest.raises(InputError, match=r"contains no wavelength.* -o wavelengths=NM"):
        examine(folder, tmp_path / "abbey.html", model=MODEL)
    options = {"wavelengths": "450,550,650,950"}
    done = examine(folder, tmp_path / "abbey.html", model=MODEL, options=options)
    assert "-o wavelengths=450,550,650,950" in done.steps[0].command


def test_several_paintings_in_one_folder(camera: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        shutil.copytree(camera, tmp_path / "both" / name)
    advice = f"run 'artextract examine {tmp_path}/both/one --out {tmp_path}/abbey.html'"
    with pytest.raises(InputError, match=advice):
        examine(tmp_path / "both", tmp_path / "abbey.html", model=MODEL)


def test_an_importer_that_finds_nothing(
    camera: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nothing = Importer(name="nothing", summary="Nothing.", load=lambda: lambda source, options: [])
    plugin = Plugin(spec=nothing, distribution="d", version="1")
    monkeypatch.setitem(plugin_host().plugins, ("importers", "nothing"), plugin)
    with pytest.raises(InputError, match="the importer nothing found no painting in"):
        examine(camera, tmp_path / "abbey.html", model=MODEL, importer="nothing")


def test_a_dataset_of_several_scenes(dataset: Path, tmp_path: Path) -> None:
    advice = f"5 scenes.*run 'artextract infer {dataset} --out results'"
    with pytest.raises(InputError, match=advice):
        examine(dataset, tmp_path / "abbey.html", model=MODEL)


def test_a_dataset_without_wavelengths(tmp_path: Path) -> None:
    write_scene(tmp_path / "data", "val", "v", bands=("a", "b"))
    with pytest.raises(InputError, match=r"""write them into .*dataset\.yaml, .*\{"b": 950\}"""):
        examine(tmp_path / "data", tmp_path / "abbey.html", model=MODEL)


def test_the_coding_of_a_dataset_is_part_of_it(dataset: Path, tmp_path: Path) -> None:
    coding = Coding(bands="srgb")
    with pytest.raises(UsageError, match=r"write the coding into .*dataset\.yaml"):
        examine(dataset, tmp_path / "abbey.html", model=MODEL, coding=coding)


def test_bands_that_cannot_be_registered(misaligned: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(misaligned, tmp_path / "abbey"))
    rng = np.random.default_rng(0)
    write_png(folder / "abbey_550nm.png", rng.integers(0, 65536, (96, 96), np.uint16))
    with pytest.raises(InputError) as caught:
        examine(folder, tmp_path / "abbey.html", model=MODEL)
    register, again = str(caught.value).split("'")[-4::2]
    assert shlex.split(register)[-2:] == ["--model", "homography"]
    assert shlex.split(again)[2:] == [
        f"{tmp_path}/abbey_registered",
        "--out",
        f"{tmp_path}/abbey.html",
    ]
    assert (tmp_path / "abbey_files" / "imported").is_dir()


def test_a_damaged_image_of_a_dataset(tmp_path: Path) -> None:
    write_scene(tmp_path / "data", "val", "v")
    (tmp_path / "data" / "dataset.yaml").write_text(
        'wavelengths: {"450": 450, "650": 650, "850": 850}', encoding="utf-8"
    )
    (tmp_path / "data" / "val" / "ms_masks" / "v_ms_650.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match=r"v_ms_650\.png"):
        examine(tmp_path / "data", tmp_path / "abbey.html", model=MODEL)


def test_options_appear_in_the_commands(camera: Path, tmp_path: Path) -> None:
    done = examine(
        camera,
        tmp_path / "abbey.html",
        model=MODEL,
        coding=Coding(photograph="srgb", by_band={"950": "linear"}),
        pixels_per_mm=2.5,
    )
    by_name = {step.name: step.command for step in done.steps}
    assert by_name["import"].endswith(" --coding photograph=srgb --coding 950=linear")
    assert by_name["infer"].endswith(" --model none")
    assert by_name["report"].endswith(" --pixels-per-mm 2.5")
    assert "pixel" in (tmp_path / "abbey.html").read_text(encoding="utf-8")
