import re
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import scipy.io
import tifffile

from artextract_cli import (
    Capture,
    Coding,
    DependencyError,
    InputError,
    UsageError,
    coded_values,
    linear_values,
)
from artextract_cube import CubeOptions, averaging, matlab_child
from artextract_cube.cube import read
from tests.helpers.command_line import Ran
from tests.helpers.cubes import CODES, write_envi
from tests.helpers.cut_files import INTERNALS, cut_short
from tests.helpers.datasets import write_png
from tests.helpers.machines import without_module

RNG = np.random.default_rng(0)
SIZE = (5, 7)
NM = tuple(400.0 + 10 * band for band in range(31))
SHORT = (450.0, 550.0, 650.0)


def cube_of(depth: str = "f4", n_bands: int = len(NM)) -> np.ndarray:
    """(B, H, W), all of it within the numbers of every data type."""
    values = RNG.uniform(0.05, 0.95, (n_bands, *SIZE))
    return values.astype(depth) if depth[0] == "f" else (values * 200).astype(depth)


def write_photograph(path: Path, brightest: int = 255) -> None:
    write_png(path, RNG.integers(0, brightest + 1, (*SIZE, 3), np.uint8))


def only(source: Path, **options: Any) -> Capture:
    (capture,) = read(source, CubeOptions(**options))
    return capture


def bands_of(source: Path, **options: Any) -> np.ndarray:
    """All bands (B, H, W) as floats from 0 to 1."""
    bands = np.moveaxis(only(source, centres="all", **options).bands, 2, 0)
    return bands if bands.dtype.kind == "f" else bands / np.iinfo(bands.dtype).max


@pytest.mark.parametrize("interleave", ["bsq", "bil", "bip"])
@pytest.mark.parametrize("depth", CODES)
@pytest.mark.parametrize("big_endian", [False, True], ids=["little", "big"])
@pytest.mark.parametrize("offset", [0, 13])
def test_every_kind_of_envi_file_is_read(
    tmp_path: Path, interleave: str, depth: str, big_endian: bool, offset: int
) -> None:
    cube = cube_of(depth)
    header = write_envi(
        tmp_path / "abbey.hdr",
        cube,
        NM,
        order=interleave,
        big_endian=big_endian,
        offset=offset,
    )
    scale = 1 if depth[0] == "f" else 255
    np.testing.assert_allclose(bands_of(header, scale=scale), cube / scale, rtol=1e-6)


@pytest.mark.parametrize("raw_name", ["abbey", "abbey.img", "abbey.DAT", "abbey.bsq"])
def test_the_raw_file_is_found_and_finds_its_header(tmp_path: Path, raw_name: str) -> None:
    cube = cube_of()
    header = write_envi(tmp_path / "abbey.hdr", cube, NM, raw_name=raw_name)
    np.testing.assert_allclose(bands_of(header), cube)
    np.testing.assert_allclose(bands_of(tmp_path / raw_name), cube)
    assert only(tmp_path / raw_name).name == "abbey"


def test_a_header_may_have_the_whole_name_of_its_raw_file(tmp_path: Path) -> None:
    cube = cube_of()
    write_envi(tmp_path / "abbey.raw.hdr", cube, NM, raw_name="abbey.raw")
    np.testing.assert_allclose(bands_of(tmp_path / "abbey.raw"), cube)
    np.testing.assert_allclose(bands_of(tmp_path / "abbey.raw.hdr"), cube)


def test_there_must_be_one_raw_file(tmp_path: Path) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM)
    (tmp_path / "abbey.img").write_bytes(b"x")
    with pytest.raises(InputError, match=r"one raw file .* there are 2 \(abbey.img, abbey.raw\)"):
        only(header)
    (tmp_path / "abbey.img").unlink()
    (tmp_path / "abbey.raw").unlink()
    with pytest.raises(InputError, match=r"one raw file beside it, abbey or .*; there are 0$"):
        only(header)


@pytest.mark.parametrize("unit", ["Micrometers", "um", "µm", "Unknown", None])
def test_micrometres_become_nanometres(tmp_path: Path, unit: str | None) -> None:
    in_um = [nm / 1000 for nm in NM]
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), in_um, wavelength_units=unit)
    assert only(header, centres="all").wavelengths == NM


def test_other_units_are_refused(tmp_path: Path) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM, wavelength_units="Wavenumber")
    with pytest.raises(InputError, match="gives wavelengths in Wavenumber"):
        only(header)
    assert only(header, centres="all", wavelengths="400:700").wavelengths == pytest.approx(NM)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"samples": None}, "does not give its samples"),
        ({"lines": 0}, "has lines = 0, which is not an integer of at least 1"),
        ({"bands": "x"}, "has bands = x, which is no"),
        ({"lines": SIZE[0] + 1}, r"has 4340 bytes where abbey.hdr expects 5208"),
        ({"samples": SIZE[1] - 1}, r"has 4340 bytes where abbey.hdr expects 3720"),
        ({"header_offset": 1}, r"has 4340 bytes where abbey.hdr expects 4341"),
        ({"header_offset": -1}, "has header offset = -1"),
        ({"data_type": 6}, "data type = 6; supported are 1, 2, 3"),
        ({"data_type": 12}, "has 4340 bytes where abbey.hdr expects 2170"),
        ({"interleave": "tiled"}, "interleave = tiled; it must be bsq, bil or bip"),
        ({"interleave": None}, "interleave = nothing; it must be"),
        ({"byte_order": None}, "does not give its byte order"),
        ({"byte_order": 2}, "byte order = 2; it must be 0"),
        ({"wavelength": "{400, 410}"}, "has bands = 31, but its wavelength lists 2"),
        ({"wavelength": "{400, 410"}, "the list of its wavelength has no end"),
        ({"wavelength": "{400, 410\n 420}"}, "has '410 420' where its wavelength must be a number"),
        ({"data_ignore_value": "none"}, "has 'none' where its data ignore value must be a numb"),
        ({"wavelength": "{" + ", ".join(["-1"] * 31) + "}"}, "contains invalid wavelengths"),
        ({"bbl": "{1, 0}"}, "but its bbl lists 2"),
        ({"bbl": "{" + ", ".join("0" * 31) + "}"}, "marks all bands as bad"),
        ({"file_compression": 1}, "has file compression = 1, which is not supported"),
        ({"reflectance_scale_factor": 0}, "gives 0 as the value that counts as 1"),
        ({"wavelength": None}, r"does not give the wavelengths of its 31 bands: give them"),
    ],
)
def test_a_header_that_is_wrong(tmp_path: Path, fields: dict[str, Any], said: str) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM, **fields)
    with pytest.raises(InputError, match=said):
        only(header)


def test_what_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "abbey.hdr").write_text("samples = 3")
    with pytest.raises(InputError, match="does not start with ENVI"):
        only(tmp_path / "abbey.hdr")
    with pytest.raises(InputError, match=r"cannot read .*barn.hdr"):
        only(tmp_path / "barn.hdr")


def test_what_a_header_tells_is_heeded(tmp_path: Path) -> None:
    cube = RNG.integers(100, 9000, (31, *SIZE)).astype("i2")
    cube[:, 1, 2] = -9999
    cube[4] = 12345
    is_bad = ", ".join("0" if band == 4 else "1" for band in range(31))
    header = write_envi(
        tmp_path / "abbey.hdr",
        cube,
        NM,
        order="bil",
        reflectance_scale_factor=10000,
        data_ignore_value=-9999,
        bbl="{" + is_bad + "}",
    )
    capture = only(header, centres="all")
    assert capture.wavelengths == (*NM[:4], *NM[5:])
    wanted = np.delete(cube, 4, axis=0) / 10000
    wanted[:, 1, 2] = 0
    np.testing.assert_allclose(np.moveaxis(capture.bands, 2, 0), wanted, rtol=1e-6)
    assert capture.mask is not None
    assert np.argwhere(~capture.mask).tolist() == [[1, 2]]


def test_bands_are_means_over_their_width(tmp_path: Path) -> None:
    """By hand: 590 ± 10 holds three bands, 594 ± 5 one; 595 ± 1 lies midway between two."""
    cube = cube_of()
    np.save(tmp_path / "abbey.npy", np.moveaxis(cube, 0, 2))
    options = {"wavelengths": "400:700", "photograph": "photo.png"}
    write_photograph(tmp_path / "photo.png")
    at_590 = only(tmp_path / "abbey.npy", centres="590", width=20, **options)
    np.testing.assert_allclose(
        at_590.bands[..., 0], (cube[18] + cube[19] + cube[20]) / 3, rtol=1e-6
    )
    at_594 = only(tmp_path / "abbey.npy", centres="594", width=10, **options)
    np.testing.assert_allclose(at_594.bands[..., 0], cube[19])
    at_595 = only(tmp_path / "abbey.npy", centres="595,400", width=2, **options)
    np.testing.assert_allclose(at_595.bands[..., 0], (cube[19] + cube[20]) / 2, rtol=1e-6)
    np.testing.assert_allclose(at_595.bands[..., 1], cube[0])
    assert at_595.wavelengths == (595, 400)


def test_the_usual_bands_are_those_that_the_cube_covers(tmp_path: Path) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM)
    assert only(header).wavelengths == (420, 470, 530, 590, 650)
    with pytest.raises(UsageError, match=r"no bands at 850 nm; it has 31 from 400 to 700 nm"):
        only(header, centres="650,850")
    with pytest.raises(UsageError, match="centres=650,x are not comma-separated numbers"):
        only(header, centres="650,x")
    with pytest.raises(UsageError, match=r"centres=440,650,440\.0 lists 440 nm twice; remove one"):
        only(header, centres="440,650,440.0")
    with pytest.raises(UsageError, match=r"lists 440 nm twice; remove one"):
        only(header, centres="440,440.0001")


def test_there_is_no_interpolating_over_a_gap(tmp_path: Path) -> None:
    nm = (*NM, 900.0, 1000.0)
    write_envi(tmp_path / "abbey.hdr", cube_of(n_bands=33), nm)
    assert only(tmp_path / "abbey.hdr").wavelengths == (420, 470, 530, 590, 650)
    with pytest.raises(UsageError, match="no bands at 950 nm"):
        only(tmp_path / "abbey.hdr", centres="950")


def test_a_cube_of_none_of_the_usual_bands(tmp_path: Path) -> None:
    write_envi(tmp_path / "abbey.hdr", cube_of(n_bands=3), (1000.0, 1100.0, 1200.0))
    write_photograph(tmp_path / "photo.png", brightest=0)
    with pytest.raises(InputError, match="covers 1000 to 1200 nm, and none of the default"):
        only(tmp_path / "abbey.hdr", photograph="photo.png")


def test_blocks_of_rows_make_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM, order="bip")
    whole = only(header)
    monkeypatch.setattr(averaging, "BLOCK_VALUES", 500)
    parts = only(header)
    np.testing.assert_allclose(parts.bands, whole.bands, rtol=1e-6)
    np.testing.assert_allclose(parts.rgb, whole.rgb, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("nm", "why"),
    [
        ((450.0, 550.0, 650.0), "it has 3 bands from 450 to 650 nm"),
        (tuple(np.linspace(430, 1000, 31)), "from 430 to 1000"),
        ((400.0, 410, 420, 500, *np.linspace(510, 700, 27)), "at most 25 nm apart"),
    ],
)
def test_without_the_visible_there_is_no_photograph(
    tmp_path: Path, nm: tuple[float, ...], why: str
) -> None:
    cube = cube_of(n_bands=len(nm))
    header = write_envi(tmp_path / "abbey.hdr", cube, nm)
    with pytest.raises(InputError, match=why) as raised:
        only(header)
    assert "give a photograph with -o photograph=FILE" in str(raised.value)
    photograph = RNG.integers(0, 256, (*SIZE, 3), np.uint8)
    write_png(tmp_path / "abbey_photo.png", photograph)
    capture = only(header, photograph="*_photo.png")
    np.testing.assert_array_equal(capture.rgb, photograph)


def test_a_photograph_must_have_the_size_of_the_cube(tmp_path: Path) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM)
    write_png(tmp_path / "photo.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(InputError, match=r"photo.png is 4 × 4 pixels but .*abbey.hdr is 7 × 5"):
        only(header, photograph="photo.png")


def test_counts_stay_counts(tmp_path: Path) -> None:
    for depth in ("u1", "u2"):
        cube = RNG.integers(0, np.iinfo(depth).max, (31, *SIZE), dtype=depth)
        header = write_envi(tmp_path / f"{depth}.hdr", cube, NM, big_endian=True)
        capture = only(header, centres="700,450")
        assert capture.bands.dtype == np.dtype(depth)
        np.testing.assert_array_equal(np.moveaxis(capture.bands, 2, 0), cube[[30, 5]])
    assert only(header, centres="450", scale=70000).bands.dtype == np.float32


def test_numbers_that_tell_no_scale(tmp_path: Path) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of("i2"), NM)
    with pytest.raises(
        InputError, match=r"contains int16 numbers, but not the value .*scale=NUMBER"
    ):
        only(header)


def test_a_wrong_scale_is_refused_and_highlights_are_clipped(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of() * 4000, NM)
    with pytest.raises(
        InputError, match=r"are outside 0 to 1; set the value that counts as 1, -o scale"
    ):
        only(header)
    assert only(header, scale=4000).bands.max() < 1
    assert "warning" not in capsys.readouterr().err
    cube = cube_of()
    cube[25, 0, 0], cube[25, 0, 1] = 1.5, -0.25
    capture = only(write_envi(tmp_path / "abbey.hdr", cube, NM))
    assert (capture.bands.min(), capture.bands.max()) == (0, 1)
    told = " ".join(capsys.readouterr().err.split())
    assert "from -0.25 to 1.5: 1.14% of them are below 0 or above 1, and are clipped" in told
    assert "mark" not in told


@pytest.mark.parametrize(
    ("depth", "options", "fields"),
    [
        ("u2", {"scale": 1e6}, {}),
        ("f4", {"scale": 1e29}, {}),
        ("f4", {}, {"reflectance_scale_factor": 10000}),
    ],
)
def test_a_scale_far_above_all_values_is_refused(
    tmp_path: Path, depth: str, options: dict[str, Any], fields: dict[str, Any]
) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(depth), NM, **fields)
    with pytest.raises(InputError, match=r"cannot be the scale of .*abbey\.hdr: the largest value"):
        only(header, **options)


@pytest.mark.parametrize("scale", ["inf", "nan", "0", "-1", "1e300"])
@pytest.mark.parametrize("importer", ["cube", "harvard"])
def test_what_is_no_scale(
    run: Callable[..., Ran], tmp_path: Path, importer: str, scale: str
) -> None:
    words = ("--out", tmp_path / "out", "-o", f"scale={scale}")
    ran = run("data", "import", importer, tmp_path / "abbey.mat", *words)
    assert ran.exit_code == 2
    assert f"{importer}: option scale={scale} is outside 1e-" in ran.stderr


@pytest.mark.parametrize("factor", ["inf", "nan", "-1", "1e300"])
def test_a_header_that_tells_no_scale(tmp_path: Path, factor: str) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM, reflectance_scale_factor=factor)
    with pytest.raises(
        InputError, match=r"abbey\.hdr gives .* as the value that counts as 1; give the scale, -o"
    ):
        only(header)


@pytest.mark.parametrize(
    ("value", "scale", "which"),
    [(-9999, 1, "smallest"), (-9999, 10000, "smallest"), (65535, 1, "largest")],
)
def test_what_looks_like_no_data_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], value: int, scale: int, which: str
) -> None:
    cube = cube_of() * scale
    cube[5, 1, 2] = value
    header = write_envi(tmp_path / "abbey.hdr", cube, NM)
    said = (
        f"; the {which}, {value} at 450 nm, row 1, column 2, looks like a marker of missing values"
    )
    bands_of(header, scale=scale)
    assert said in " ".join(capsys.readouterr().err.split())
    cube[:10] = -9999
    write_envi(header, cube, NM)
    with pytest.raises(
        InputError, match=r"scale=NUMBER; the smallest, -9999 at 400 nm, row 0, col"
    ):
        bands_of(header, scale=scale)


@pytest.mark.parametrize("block_values", [100, 2**24])
def test_a_dead_band_of_a_cube_is_warned_of(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    block_values: int,
) -> None:
    monkeypatch.setattr(averaging, "BLOCK_VALUES", block_values)
    cube = cube_of()
    bands_of(write_envi(tmp_path / "well.hdr", cube, NM))
    assert "throughout" not in capsys.readouterr().err
    cube[3] = 0.25
    header = write_envi(tmp_path / "dead.hdr", cube, NM)
    only(header, width=30)
    assert (
        f"has the same value everywhere at {NM[3]:g} nm, which falsifies the bands"
        in capsys.readouterr().err
    )
    with pytest.raises(InputError, match="at 430 nm have the same value everywhere: export"):
        bands_of(header)
    assert "warning" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("depth", "options"), [("f4", {}), ("u1", {}), ("f4", {"scale": 50})], ids=str
)
def test_a_cube_that_tells_nothing_is_refused(
    tmp_path: Path, depth: str, options: dict[str, Any]
) -> None:
    """Constant, or too even for 16 bit by its scale; what was not measured does not count."""
    cube = np.full((31, *SIZE), 1, depth)
    cube[:, 1, 1] += np.float32(1e-6) if options else 0
    cube[:, 0, 0] = 77
    header = write_envi(tmp_path / "abbey.hdr", cube, NM, data_ignore_value=77)
    with pytest.raises(InputError, match=r"at 420, 470, 530, 590, \.\.\. nm have the same value"):
        only(header, **options)


def test_a_photograph_that_tells_nothing_is_refused(tmp_path: Path) -> None:
    nm = (*range(400, 850, 10), 900, 950)
    cube = cube_of(n_bands=len(nm))
    cube[:-2] = 0.5
    header = write_envi(tmp_path / "abbey.hdr", cube, nm)
    write_photograph(tmp_path / "photo.png", brightest=0)
    for options in ({}, {"photograph": "photo.png"}):
        with pytest.raises(InputError, match=r"the photograph of .*abbey\.hdr has the same value"):
            only(header, centres="900,950", **options)
    write_photograph(tmp_path / "photo.png")
    assert only(header, centres="900,950", photograph="photo.png").wavelengths == (900, 950)


def test_values_that_are_not_finite_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cube = cube_of()
    cube[7, 2, 2] = np.nan
    first = r"not finite .* the first in band 8 \(470 nm\), row 2, column 2; replace"
    for n_bad in ("1", "0"):  # the bands that a header calls bad are counted too
        is_good = "{" + ", ".join([n_bad, *["1"] * 30]) + "}"
        with pytest.raises(InputError, match=first):
            only(write_envi(tmp_path / "abbey.hdr", cube, NM, bbl=is_good))
    monkeypatch.setattr(averaging, "BLOCK_VALUES", 100)
    with pytest.raises(InputError, match=first):
        only(write_envi(tmp_path / "abbey.hdr", cube, NM))
    write_photograph(tmp_path / "photo.png")
    unused = only(tmp_path / "abbey.hdr", centres="450", photograph="photo.png")
    np.testing.assert_array_equal(unused.bands[..., 0], cube[5])
    capture = only(write_envi(tmp_path / "abbey.hdr", cube, NM, data_ignore_value="nan"))
    assert capture.mask is not None
    assert (~capture.mask).sum() == 1


def save_npy(path: Path, cube: np.ndarray) -> None:
    np.save(path, cube)


def save_npz(path: Path, cube: np.ndarray) -> None:
    np.savez_compressed(path, cube=cube, wavelengths=np.array(NM), white=np.ones(3))


def save_mat(path: Path, cube: np.ndarray) -> None:
    scipy.io.savemat(path, {"cube": cube, "Wavelengths": np.array(NM), "note": "words"})


def save_packed_mat(path: Path, cube: np.ndarray) -> None:
    scipy.io.savemat(path, {"cube": cube, "wl": np.array(NM) / 1000}, do_compression=True)


def save_mat_73(path: Path, cube: np.ndarray) -> None:
    with h5py.File(path, "w", userblock_size=512) as file:
        file["cube"], file["wavelength"] = cube.T, np.array([NM])
        file.create_group("#refs#")
    with path.open("r+b") as raw:
        raw.write(b"MATLAB 7.3 MAT-file")


def save_tiff(path: Path, cube: np.ndarray) -> None:
    tifffile.imwrite(path, np.moveaxis(cube, 2, 0), photometric="minisblack")


def save_planar_tiff(path: Path, cube: np.ndarray) -> None:
    tifffile.imwrite(path, np.moveaxis(cube, 2, 0), photometric="minisblack", planarconfig=2)


KINDS: dict[str, tuple[str, Callable[[Path, np.ndarray], None], bool]] = {
    "npy": (".npy", save_npy, False),
    "npz": (".npz", save_npz, True),
    "mat": (".mat", save_mat, True),
    "packed mat": (".mat", save_packed_mat, True),
    "mat 7.3": (".mat", save_mat_73, True),
    "pages": (".tif", save_tiff, False),
    "channels": (".tiff", save_planar_tiff, False),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("depth", ["u1", "u2", "f4"])
def test_cubes_in_other_files(tmp_path: Path, kind: str, depth: str) -> None:
    suffix, save, tells_wavelengths = KINDS[kind]
    path = tmp_path / f"abbey{suffix}"
    cube = cube_of(depth)
    save(path, np.moveaxis(cube, 0, 2))
    if not tells_wavelengths:
        with pytest.raises(InputError, match=r"does not give the wavelengths of its 31 bands"):
            only(path)
    given = {} if tells_wavelengths else {"wavelengths": "400:700"}
    capture = only(path, centres="all", **given)
    assert capture.wavelengths == pytest.approx(NM)
    np.testing.assert_array_equal(np.moveaxis(capture.bands, 2, 0), cube)
    assert capture.bands.dtype == np.dtype(depth)


@pytest.mark.parametrize("kind", KINDS)
def test_files_that_were_cut(tmp_path: Path, kind: str) -> None:
    suffix, save, _ = KINDS[kind]
    path = tmp_path / f"abbey{suffix}"
    save(path, RNG.uniform(0, 1, (40, 40, 31)).astype("f4"))
    for _ in cut_short(path, 4 if suffix == ".mat" else 60):  # .mat in a process of its own
        with pytest.raises(InputError) as raised:
            only(path, wavelengths="400:700")
        told = str(raised.value).removeprefix(f"{path} is ")
        assert re.match("damaged(, | or )cut short|not a TIF", told), told
        assert not re.search(INTERNALS, told), told


@pytest.mark.parametrize(
    ("suffix", "place", "byte"),
    [(".npy", b"}", b" "), (".npz", b"PK\1\2", b"\x20")],
    ids=["a header without end", "a part that is encrypted in an unknown way"],
)
def test_damage_that_numpy_tells_in_other_ways(
    tmp_path: Path, suffix: str, place: bytes, byte: bytes
) -> None:
    path = tmp_path / f"abbey{suffix}"
    (save_npy if suffix == ".npy" else save_npz)(path, np.moveaxis(cube_of(), 0, 2))
    content = bytearray(path.read_bytes())
    for start in (i for i in range(len(content)) if content.startswith(place, i)):
        at = start + (8 if suffix == ".npz" else 0)  # the flags of an entry
        content[at : at + 1] = byte
    path.write_bytes(content)
    with pytest.raises(InputError, match="is damaged, cut short, or not"):
        only(path, wavelengths="400:700")


def test_bands_may_come_first(tmp_path: Path) -> None:
    cube = cube_of()
    np.savez(tmp_path / "abbey.npz", cube=cube, wavelength=np.array(NM))
    np.testing.assert_allclose(bands_of(tmp_path / "abbey.npz"), cube)
    np.save(tmp_path / "abbey.npy", cube)
    given = ",".join(f"{nm:g}" for nm in NM)
    np.testing.assert_allclose(bands_of(tmp_path / "abbey.npy", wavelengths=given), cube)
    with pytest.raises(UsageError, match="3 wavelengths are given, but the cube has 7 bands"):
        only(tmp_path / "abbey.npy", wavelengths="1,2,3")
    with pytest.raises(UsageError, match=r"wavelengths=400,x are not comma-separated numbers"):
        only(tmp_path / "abbey.npy", wavelengths="400:x")


def test_wavelengths_that_do_not_fit(tmp_path: Path) -> None:
    np.savez(tmp_path / "abbey.npz", cube=cube_of(), wavelength=np.array(NM[:-1]))
    with pytest.raises(InputError, match="gives 30 wavelengths, but its cube has 7 bands"):
        only(tmp_path / "abbey.npz")


@pytest.mark.parametrize("stated", [["400nm"] * 31, []], ids=["words", "nothing"])
def test_wavelengths_that_are_no_numbers_are_ignored(tmp_path: Path, stated: list[str]) -> None:
    cube = cube_of()
    np.savez(tmp_path / "abbey.npz", cube=np.moveaxis(cube, 0, 2), wavelength=np.array(stated))
    with pytest.raises(InputError, match="does not give the wavelengths of its 31 bands"):
        only(tmp_path / "abbey.npz")
    np.testing.assert_allclose(bands_of(tmp_path / "abbey.npz", wavelengths="400:700"), cube)


@pytest.mark.parametrize("order", [range(30, -1, -1), RNG.permutation(31)], ids=["down", "mixed"])
def test_the_order_of_bands_makes_no_difference(tmp_path: Path, order: Sequence[int]) -> None:
    cube, nm = cube_of(), np.array(NM)
    known = only(write_envi(tmp_path / "abbey.hdr", cube, NM), centres="455,600", width=25)
    moved = write_envi(tmp_path / "abbey.hdr", cube[order], nm[order])
    given = write_envi(tmp_path / "barn.hdr", cube[order], None)
    text = ",".join(f"{value:g}" for value in nm[order])
    for path, options in ((moved, {}), (given, {"wavelengths": text})):
        found = only(path, centres="455,600", width=25, **options)
        np.testing.assert_allclose(found.bands, known.bands, rtol=1e-5)
        np.testing.assert_allclose(found.rgb, known.rgb, rtol=1e-5)


def test_two_bands_are_not_of_one_wavelength(tmp_path: Path) -> None:
    nm = (*NM[:4], 410.0, *NM[5:])
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), nm)
    with pytest.raises(
        InputError, match="gives its bands 2 and 5 the same wavelength, 410 nm; give"
    ):
        only(header)
    with pytest.raises(
        UsageError, match=r"=400:400 gives bands 1 and 2 the same wavelength, 400 nm"
    ):
        only(header, wavelengths="400:400")
    is_bad = ", ".join("0" if band == 4 else "1" for band in range(31))
    one_bad = write_envi(tmp_path / "abbey.hdr", cube_of(), nm, bbl=f"{{{is_bad}}}")
    assert only(one_bad, centres="all").wavelengths == (*NM[:4], *NM[5:])


def test_wavelengths_given_that_contradict_the_file_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of(), NM)
    only(header, wavelengths="402:704")
    assert "warning" not in messages(capsys)
    only(header, wavelengths="700:400")
    assert "band 1 of " in (said := messages(capsys))
    assert "abbey.hdr is 400 nm in the file but 700 nm in -o wavelengths, which is used" in said
    only(header, wavelengths="400:720")
    assert "band 9 of " in (said := messages(capsys))
    assert "abbey.hdr is 480 nm in the file but 485.333 nm in -o wavelengths" in said


def test_the_cube_may_be_named(tmp_path: Path) -> None:
    cube, other = (np.moveaxis(cube_of(), 0, 2) for _ in range(2))
    np.savez(tmp_path / "abbey.npz", cube=cube, other=other, wl=np.array(NM))
    with pytest.raises(InputError, match=r"2 three-dimensional arrays \(cube, other\)"):
        only(tmp_path / "abbey.npz")
    with pytest.raises(UsageError, match="no variable 'x'; it has cube, other, wl"):
        only(tmp_path / "abbey.npz", variable="x")
    found = bands_of(tmp_path / "abbey.npz", variable="other")
    np.testing.assert_allclose(found, np.moveaxis(other, 2, 0))
    with pytest.raises(InputError, match=r"contains float64 numbers of shape \(31,\)"):
        only(tmp_path / "abbey.npz", variable="wl")


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    pickled = np.array([{"a": 1}], object)
    np.save(tmp_path / "abbey.npy", pickled, allow_pickle=True)
    with pytest.raises(InputError, match=r"not a numeric \.npy"):
        only(tmp_path / "abbey.npy")
    np.savez(tmp_path / "abbey.npz", cube=pickled)
    with pytest.raises(InputError, match=r"not a numeric \.npz"):
        only(tmp_path / "abbey.npz")


def test_a_mat_file_that_crashes_its_reader_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = tmp_path / "child.py"
    child.write_text("import os; os.abort()")
    monkeypatch.setattr("artextract_cube.matlab.matlab_child.__file__", str(child))
    save_mat(tmp_path / "abbey.mat", np.moveaxis(cube_of(), 0, 2))
    with pytest.raises(InputError, match=r"damaged, cut short, or not a MATLAB file") as raised:
        only(tmp_path / "abbey.mat")
    assert "ended with" in raised.value.__notes__[0]


def test_without_h5py_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_mat_73(tmp_path / "abbey.mat", np.moveaxis(cube_of(), 0, 2))
    without_module(monkeypatch, "h5py")
    with pytest.raises(DependencyError, match=r"pip install 'artextract\[hdf5\]'"):
        only(tmp_path / "abbey.mat")


def test_a_folder_of_cubes(tmp_path: Path) -> None:
    for name in ("b", "a"):
        np.save(tmp_path / f"{name}.npy", np.moveaxis(cube_of(), 0, 2))
        tifffile.imwrite(tmp_path / f"{name}_RGB.tif", RNG.integers(0, 256, (*SIZE, 3), np.uint8))
    options = CubeOptions(wavelengths="400:700", photograph="*_RGB.tif")
    assert [capture.name for capture in read(tmp_path, options)] == ["a", "b"]
    with pytest.raises(UsageError, match=r"name=x names one scene, but .* contains 4 cubes"):
        only(tmp_path, name="x")
    assert only(tmp_path / "a.npy", name="x", wavelengths="400:700").name == "x"


def test_what_is_no_cube(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("words")
    with pytest.raises(InputError, match="there is no cube in"):
        only(tmp_path)
    with pytest.raises(InputError, match=r"notes.txt is not a readable cube: it is not one of"):
        only(tmp_path / "notes.txt")


def test_a_cube_becomes_a_dataset(run: Callable[..., Ran], tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    patches = rng.uniform(0.2, 0.8, (31, 4, 5)).repeat(12, 1).repeat(12, 2)
    cube = np.clip(patches + rng.normal(0, 0.01, patches.shape), 0, 1)
    (tmp_path / "raw").mkdir()
    source = write_envi(tmp_path / "raw" / "abbey.hdr", cube.astype("f4"), NM, order="bil")
    made = run("data", "import", "cube", source, "--out", tmp_path / "scans", "-o", "width=30")
    assert made.exit_code == 0, made.stderr
    checked = run("data", "check", tmp_path / "scans")
    assert checked.exit_code == 0, checked.stdout
    built = run("graph", "build", tmp_path / "scans", "--out", tmp_path / "graphs")
    assert built.exit_code == 0, built.stderr


def test_listing_importers_imports_nothing_heavy() -> None:
    code = (
        "import sys, artextract_cube as a; a.artextract_importers();"
        "print(sorted({'colour', 'h5py', 'scipy', 'numpy.ma'} & {*sys.modules}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def raw_counts(reflectance: np.ndarray, lines: int) -> dict[str, np.ndarray]:
    """What a 12-bit camera of uneven light and dark current counts of a cube, white and dark."""
    rng = np.random.default_rng(1)
    n_bands, _, width = reflectance.shape
    offset = rng.uniform(50, 90, (n_bands, 1, width))
    light = rng.uniform(1500, 3500, (n_bands, 1, width))
    frames = {
        "abbey": reflectance / 0.99 * light + offset,
        "WHITEREF_abbey": np.repeat(light + offset, lines, axis=1),
        "DARKREF_abbey": np.repeat(offset, lines, axis=1),
    }
    return {name: np.rint(values).astype("u2") for name, values in frames.items()}


FRAMES = {"white": "WHITEREF_*.hdr", "dark": "DARKREF_*.hdr", "scale": 4095}


@pytest.mark.parametrize("lines", [1, 3, SIZE[0]])
def test_white_and_dark_make_reflectance(tmp_path: Path, lines: int) -> None:
    cube = cube_of()
    for name, counts in raw_counts(cube, lines).items():
        write_envi(tmp_path / f"{name}.hdr", counts, None if "DARK" in name else NM, order="bil")
    capture = only(tmp_path, centres="all", **FRAMES)  # the frames are no scenes
    assert (capture.name, capture.mask) == ("abbey", None)
    np.testing.assert_allclose(np.moveaxis(capture.bands, 2, 0), cube, atol=1e-3)
    half = only(tmp_path, centres="all", white_reflectance=0.5, **FRAMES)
    np.testing.assert_allclose(half.bands, capture.bands * 0.5 / 0.99, atol=1e-6)


def messages(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().err.split())


def test_frames_are_no_paintings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = raw_counts(cube_of(), 3)
    for name in (*files, "darkness", "whitewashed_2"):
        write_envi(tmp_path / f"{name}.hdr", files.get(name, files["abbey"]), NM)
    found = [capture.name for capture in read(tmp_path, CubeOptions(scale=4095))]
    assert found == ["abbey", "darkness", "whitewashed_2"]
    assert (
        "of white or dark frames: DARKREF_abbey.hdr, WHITEREF_abbey.hdr; use them to convert raw "
        "counts to reflectance with -o white='WHITEREF_*.hdr' -o dark='DARKREF_*.hdr'"
    ) in messages(capsys)


@pytest.mark.parametrize("name", ["WHITEREF_a", "white", "Dark-2", "darkReference", "DARK.02"])
def test_nothing_but_frames(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    header = write_envi(tmp_path / f"{name}.hdr", cube_of(), NM)
    for source in (header, tmp_path):
        with pytest.raises(InputError, match=rf"no painting in .*\({re.escape(name)}\.hdr\)"):
            only(source)
    assert only(header, name="abbey").name == "abbey"
    write_envi(tmp_path / "abbey.hdr", cube_of(), NM)
    assert only(tmp_path).name == "abbey"
    assert "=FILE" in messages(capsys)


def test_counts_are_not_passed_off_as_reflectance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = write_envi(tmp_path / "abbey.hdr", cube_of("u2"), NM)
    only(header)
    assert (
        "its counts are divided by 65535, which does not convert raw counts to reflectance"
        in messages(capsys)
    )
    only(header, scale=255)
    only(write_envi(tmp_path / "abbey.hdr", cube_of("u2"), NM, reflectance_scale_factor=255))
    only(write_envi(tmp_path / "abbey.hdr", cube_of(), NM))
    assert "warning" not in messages(capsys)


def test_pixels_that_do_not_measure_are_masked(tmp_path: Path) -> None:
    counts = raw_counts(cube_of(), 3)
    counts["abbey"][4, 1, 2] = 4095  # saturated in the painting
    counts["WHITEREF_abbey"][9, :, 5] = counts["DARKREF_abbey"][9, :, 5]  # a dead column
    counts = {name: values.astype("f4") for name, values in counts.items()}
    counts["WHITEREF_abbey"][9, :, 3] = counts["DARKREF_abbey"][8, :, 6] = np.nan
    counts["WHITEREF_abbey"][9, 1, 0] = counts["DARKREF_abbey"][8, 2, 1] = -np.inf  # of 3 lines
    for name, values in counts.items():
        write_envi(tmp_path / f"{name}.hdr", values, NM)
    expected = np.ones(SIZE, np.bool_)
    expected[1, 2] = expected[:, [3, 5, 6]] = False
    np.testing.assert_array_equal(only(tmp_path, centres="all", **FRAMES).mask, expected)


@pytest.mark.parametrize("options", [{}, {"wavelengths": "400:700"}], ids=["told", "given"])
@pytest.mark.parametrize("kind", ["WHITEREF", "DARKREF"])
@pytest.mark.parametrize(("shift", "step"), [(0, -1), (100, 1)], ids=["descending", "shifted"])
def test_frames_of_other_wavelengths_are_refused(
    tmp_path: Path, options: dict[str, Any], kind: str, shift: float, step: int
) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        is_other = name.startswith(kind)
        nm = (np.array(NM) + shift)[::step] if is_other else NM
        write_envi(tmp_path / f"{name}.hdr", counts[::step] if is_other else counts, nm)
    other = 500 if shift else 700
    with pytest.raises(InputError) as caught:
        only(tmp_path, **FRAMES | options)
    assert str(caught.value) == (
        f"band 1 of {tmp_path}/{kind}_abbey.hdr is {other} nm but that of {tmp_path}/abbey.hdr is "
        "400 nm; give a frame of the same camera setting"
    )


def test_what_frames_call_missing_or_bad_is_not_used(tmp_path: Path) -> None:
    cube = cube_of()
    counts = raw_counts(cube, 3)
    counts["WHITEREF_abbey"][:, 1] = 0
    counts["DARKREF_abbey"][20] = 4000
    notes = {"WHITEREF_abbey": {"data ignore value": 0}, "DARKREF_abbey": {}, "abbey": {}}
    bad = ", ".join("0" if band == 20 else "1" for band in range(31))
    notes["DARKREF_abbey"] = {"bbl": f"{{{bad}}}"}
    for name, values in counts.items():
        write_envi(tmp_path / f"{name}.hdr", values, NM, **notes[name])
    capture = only(tmp_path, centres="all", **FRAMES)
    assert capture.wavelengths == NM[:20] + NM[21:]
    assert capture.mask is None
    expected = np.moveaxis(np.delete(cube, 20, axis=0), 0, 2)
    np.testing.assert_allclose(capture.bands, expected, atol=2e-3)


def test_a_pixel_that_a_frame_of_the_picture_lacks_is_masked(tmp_path: Path) -> None:
    counts = {n: v.astype("i2") for n, v in raw_counts(cube_of(), SIZE[0]).items()}
    counts["DARKREF_abbey"][7, 2, 4] = -9999
    for name, values in counts.items():
        notes = {"data ignore value": -9999} if "DARK" in name else {}
        write_envi(tmp_path / f"{name}.hdr", values, NM, **notes)
    mask = only(tmp_path, centres="all", **FRAMES).mask
    assert np.argwhere(~mask).tolist() == [[2, 4]]


def test_frames_that_contradict_the_wavelengths_given_are_refused(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, None if name == "abbey" else NM[::-1])
    with pytest.raises(InputError, match=r"WHITEREF_abbey\.hdr is 700 nm but that of .* 400 nm"):
        only(tmp_path, wavelengths="400:700", **FRAMES)
    assert only(tmp_path, wavelengths="700:404", **FRAMES).wavelengths


def test_frames_whose_wavelengths_are_rounded_or_not_told_are_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cube = cube_of()
    exact = np.array(NM) + 0.4
    for name, counts in raw_counts(cube, 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, exact if name == "abbey" else NM)
    found = only(tmp_path, centres="all", **FRAMES).bands
    np.testing.assert_allclose(np.moveaxis(found, 2, 0), cube, atol=1e-3)
    white = tmp_path / "WHITEREF_abbey.hdr"
    white.write_text(white.read_text().replace("Nanometers", "Index"))
    np.testing.assert_array_equal(only(tmp_path, centres="all", **FRAMES).bands, found)
    assert "warning" not in messages(capsys)


def test_frames_are_compared_with_each_other_where_the_cube_tells_nothing(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        nm = None if name == "abbey" else NM if "WHITE" in name else np.array(NM) + 2
        write_envi(tmp_path / f"{name}.hdr", counts, nm)
    with pytest.raises(InputError, match=r"1 of .*DARKREF_abbey.hdr is 402 nm but that of .*WHITE"):
        only(tmp_path, wavelengths="400:700", **FRAMES)


def test_frames_may_have_their_bands_first(tmp_path: Path) -> None:
    """What turns the cube turns its frames, be it the file or its number of bands."""
    cube = cube_of()
    for name, counts in raw_counts(cube, SIZE[0]).items():
        more = {} if "DARK" in name else {"wavelength": np.array(NM)}
        np.savez(tmp_path / f"{name}.npz", cube=counts, **more)
    names = {"white": "WHITEREF_*.npz", "dark": "DARKREF_*.npz"}
    found = only(tmp_path, centres="all", **FRAMES | names).bands
    np.testing.assert_allclose(np.moveaxis(found, 2, 0), cube, atol=1e-3)


def test_frames_that_do_not_fit(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        wide = counts if name == "abbey" else counts[..., 1:]
        write_envi(tmp_path / f"{name}.hdr", wide, NM)
    with pytest.raises(InputError, match=r"31 bands of 6 columns but .*has 31 of 7; give a"):
        only(tmp_path / "abbey.hdr", **FRAMES)
    for name, counts in raw_counts(cube_of(), 3).items():
        shallow = counts if name == "abbey" else np.uint8(counts // 16)
        write_envi(tmp_path / f"{name}.hdr", shallow, NM)
    with pytest.raises(InputError, match=r"WHITE.* contains uint8 numbers but .*abbey.hdr uint16"):
        only(tmp_path / "abbey.hdr", **FRAMES)
    with pytest.raises(UsageError, match="white=FILE and dark=FILE require each other"):
        only(tmp_path / "abbey.hdr", white="WHITEREF_*.hdr")


def imported_with_saturated(
    folder: Path, count: int, share: float = 0.2, lines: int = 40, **options: Any
) -> Capture:
    """A scene whose white is ``count`` in a share of its lines, in the first column."""
    counts = raw_counts(cube_of(), lines)
    counts["WHITEREF_abbey"][:, : round(share * lines), 0] = count
    for name, values in counts.items():
        write_envi(folder / f"{name}.hdr", values, NM)
    frames = {"white": FRAMES["white"], "dark": FRAMES["dark"]}
    return only(folder, centres="all", **frames | options)


@pytest.mark.parametrize(
    ("count", "options", "said"),
    [
        (
            4095,
            {},
            "2.9% of its counts are 4095 or more, assumed to be the full scale of the camera",
        ),
        (
            16383,
            {},
            "2.9% of its counts are 16383 or more, assumed to be the full scale of the camera",
        ),
        (4000, {"scale": 3900}, "2.9% of its counts are 3900 or more, the given full scale"),
    ],
)
def test_saturation_of_white_is_found(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    count: int,
    options: dict[str, Any],
    said: str,
) -> None:
    mask = imported_with_saturated(tmp_path, count, **options).mask
    expected = np.ones(SIZE, np.bool_)
    expected[:, 0] = False
    np.testing.assert_array_equal(mask, expected)
    assert f"WHITEREF_abbey.hdr is saturated: {said}" in messages(capsys)


def test_a_few_saturated_lines_change_no_mean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported_with_saturated(tmp_path, 4095, share=0.05).mask is None
    assert "0.7% of its counts are 4095 or more" in messages(capsys)


def test_a_full_scale_that_is_not_known_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported_with_saturated(tmp_path, 4000).mask is None
    assert "and the largest count of cube and white frame, 4000, does not reveal it" in messages(
        capsys
    )
    assert imported_with_saturated(tmp_path, 4000, scale=4095).mask is None
    assert "saturated" not in messages(capsys)


def test_a_full_scale_that_is_not_the_one_of_the_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert imported_with_saturated(tmp_path, 4095, scale=65535).mask is None
    assert "4095 or more, the largest of all, but 65535 is given" in messages(capsys)
    with pytest.raises(
        InputError, match=r"500000 cannot be the scale of .*: the largest value, 4095"
    ):
        imported_with_saturated(tmp_path, 4095, scale=500000)


def test_saturation_of_a_painting_is_told_but_not_of_what_was_not_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = raw_counts(cube_of(), 3)
    counts["abbey"][:, 1, 2] = 4095
    counts["abbey"][:, 3] = 9999
    fields = {"abbey": {"data_ignore_value": 9999, "bbl": "{" + ",".join("0" + "1" * 30) + "}"}}
    counts["abbey"][0] = 65535  # a band that is bad
    for name, values in counts.items():
        write_envi(tmp_path / f"{name}.hdr", values, NM, **fields.get(name, {}))
    frames = {"white": FRAMES["white"], "dark": FRAMES["dark"]}
    mask = only(tmp_path, centres="all", **frames).mask
    expected = np.ones(SIZE, np.bool_)
    expected[1, 2] = expected[3] = False
    np.testing.assert_array_equal(mask, expected)
    assert "/abbey.hdr is saturated: 3.6% of its counts are 4095 or more" in messages(capsys)


def test_a_frame_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, NM)
    for source in (tmp_path, tmp_path / "abbey.hdr"):
        with pytest.raises(InputError) as caught:
            only(source, **FRAMES | {"white": "NOPE_*.hdr"})
        assert str(caught.value) == (
            f"scene 'abbey' ({tmp_path}/abbey.hdr) has no white frame: there is no file "
            f"{tmp_path}/NOPE_abbey.hdr; give an existing one with -o white=FILE, where * stands "
            f"for the name of the scene (frames in {tmp_path}, by name: "
            "DARKREF_abbey.hdr, WHITEREF_abbey.hdr)"
        )
    assert messages(capsys).endswith("with -o white='WHITEREF_*.hdr' -o dark='DARKREF_*.hdr'")


def test_frames_may_be_named_by_their_raw_files(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, NM)
    for suffix in (".raw", ""):
        names = {"white": f"WHITEREF_*{suffix}", "dark": f"DARKREF_*{suffix}"}
        assert only(tmp_path, **FRAMES | names).name == "abbey"


def test_frames_that_leave_nothing(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, NM)
    with pytest.raises(InputError, match=r"no pixel of .*abbey\.hdr is valid in every band"):
        only(tmp_path / "abbey.hdr", **FRAMES | {"scale": 100})


@pytest.mark.parametrize("lines", [3, SIZE[0]])
def test_frames_that_are_swapped(tmp_path: Path, lines: int) -> None:
    counts = raw_counts(cube_of(), lines)
    counts["WHITEREF_abbey"][:5] = counts["DARKREF_abbey"][:5]  # bands that see no light
    for name, values in counts.items():
        write_envi(tmp_path / f"{name}.hdr", values, NM)
    swapped = {"white": FRAMES["dark"], "dark": FRAMES["white"]}
    said = r"white and dark seem to be swapped: .*DARKREF_abbey\.hdr, given as white, is darker"
    with pytest.raises(InputError, match=said):
        only(tmp_path / "abbey.hdr", **FRAMES | swapped)


def test_patterns_that_are_the_painting_itself(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, NM)
    frames = FRAMES | {"white": "*.hdr"}
    with pytest.raises(UsageError, match=r"names .*/abbey\.hdr, which is the painting 'abbey' its"):
        only(tmp_path / "abbey.hdr", **frames)
    said = (
        r"white=\*\.hdr, dark=DARKREF_\*\.hdr match all of its cubes \(DARKREF_abbey\.hdr, "
        r"WHITEREF_abbey\.hdr, abbey\.hdr\); \* stands for the name of a scene"
    )
    with pytest.raises(InputError, match=said):
        only(tmp_path, **frames)


def test_frames_in_another_folder(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        folder = tmp_path / ("scans" if name == "abbey" else "frames")
        folder.mkdir(exist_ok=True)
        write_envi(folder / f"{name}.hdr", counts, NM)
    there = {kind: f"../frames/{FRAMES[kind]}" for kind in ("white", "dark")}
    assert only(tmp_path / "scans", **FRAMES | there).name == "abbey"
    with pytest.raises(
        InputError, match=r"frames in .*frames, by name: DARKREF_abbey\.hdr, WHITEREF_ab"
    ):
        only(tmp_path / "scans", **FRAMES | there | {"white": "../frames/*.hdr"})
    with pytest.raises(InputError, match=r"frames in .*nowhere, by name: none"):
        only(tmp_path / "scans", **FRAMES | there | {"white": "../nowhere/*.hdr"})


@pytest.mark.parametrize("word", ["srgb", "gamma 2.2"])
def test_values_are_decoded_before_a_photograph_is_rendered(tmp_path: Path, word: str) -> None:
    """A cube that was saved for display has the photograph of the linear one."""
    cube = cube_of()
    plain = only(write_envi(tmp_path / "plain.hdr", cube, NM), centres="all")
    header = write_envi(tmp_path / "coded.hdr", coded_values(cube, word), NM)
    options = CubeOptions(centres="all")
    for photograph in ("srgb", "linear"):
        (found,) = read(header, options, Coding(photograph=photograph, bands=word))
        np.testing.assert_allclose(found.bands, coded_values(plain.bands, word), atol=1e-6)
        light = linear_values(plain.rgb, "srgb")
        np.testing.assert_allclose(found.rgb, coded_values(light, photograph), atol=1e-4)


def test_codings_that_do_not_fit_a_cube(tmp_path: Path) -> None:
    for name, counts in raw_counts(cube_of(), 3).items():
        write_envi(tmp_path / f"{name}.hdr", counts, NM)
    some = Coding(by_band={"650": "srgb"})
    with pytest.raises(
        UsageError, match="is rendered from all its bands, which must have one coding"
    ):
        list(read(tmp_path / "abbey.hdr", CubeOptions(scale=4095), some))
    write_photograph(tmp_path / "photo.png")
    options = CubeOptions(scale=4095, photograph="photo.png")
    (taken,) = read(tmp_path / "abbey.hdr", options, some)
    assert taken.wavelengths == (420, 470, 530, 590, 650)
    with pytest.raises(
        UsageError, match="convert only linear counts to reflectance: omit --coding"
    ):
        list(read(tmp_path / "abbey.hdr", CubeOptions(**FRAMES), Coding(bands="srgb")))


def test_a_system_that_refuses_a_limit_on_memory_reads_matlab_files_without_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As macOS does; the limit on processor time stays."""
    limits: dict[int, tuple[int, int]] = {}

    def setrlimit(which: int, values: tuple[int, int]) -> None:
        if which == resource.RLIMIT_AS:
            raise ValueError
        limits[which] = values

    monkeypatch.setattr(resource, "setrlimit", setrlimit)
    matlab_child._limit(10**9)
    assert limits == {resource.RLIMIT_CPU: (600, 600)}


@pytest.mark.parametrize(
    ("size", "scale"),
    [
        ("{8e-05, 8e-05, units=Meters}", 12.5),
        ("{0.0001,0.0001}", 10),
        ("{1, 1, units=Degrees}", None),
        ("{0.0001, 0.0002, units=Meters}", None),
        *((text, None) for text in ("{0.1}", "{a, b}", "{0, 0}", "{-1, -1}", "{inf, inf}", "{}")),
    ],
)
def test_the_size_of_a_pixel_in_an_envi_header(
    tmp_path: Path, size: str, scale: float | None
) -> None:
    header = write_envi(tmp_path / "a.hdr", cube_of(), NM, pixel_size=size)
    assert only(header).pixels_per_mm == scale
