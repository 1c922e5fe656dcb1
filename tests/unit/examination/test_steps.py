"""The steps of an examination, and where a person has to decide."""

import shlex
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from artextract_cli import Importer, InputError, Step, UsageError, examine, register_dataset
from artextract_cli.examination import steps
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
    advice = f"run `artextract examine {tmp_path}/both/one --out {tmp_path}/abbey.html`"
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
    advice = f"5 scenes.*run `artextract infer {dataset} --out results`"
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
    assert "cannot be verified after registration" in str(caught.value)
    assert "'artextract" not in str(caught.value)
    assert (tmp_path / "abbey_files" / "imported").is_dir()


def test_a_residual_that_a_person_must_accept(
    misaligned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "register_dataset", partial(register_dataset, max_residual=0.05))
    with pytest.raises(InputError, match=r"the residual is 0\.\d+ px") as caught:
        examine(misaligned, tmp_path / "abbey.html", model=MODEL)
    register, again = (shlex.split(words) for words in str(caught.value).split("`")[1::2])
    assert register[1:3] == ["data", "register"]
    imported, registered, limit = Path(register[3]), Path(register[5]), float(register[7])
    register_dataset(imported, registered, max_residual=limit)
    assert again[1:] == ["examine", str(registered), "--out", str(tmp_path / "abbey.html")]
    assert examine(registered, tmp_path / "abbey.html", model=MODEL).scene is not None


@pytest.mark.parametrize("dry_run", [True, False])
def test_no_infrared_is_noticed_at_once(camera: Path, tmp_path: Path, dry_run: bool) -> None:
    folder = Path(shutil.copytree(camera, tmp_path / "abbey"))
    (folder / "abbey_950nm.png").unlink()
    done: list[Step] = []
    with pytest.raises(InputError, match=r"no band of .*abbey is infrared \(450–650 nm\)"):
        examine(folder, tmp_path / "a.html", model=MODEL, dry_run=dry_run, on_step=done.append)
    assert done == []
    assert not (tmp_path / "a_files").exists()


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
