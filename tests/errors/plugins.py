"""Error messages of the plugins that come with artextract."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import tifffile
from PIL import Image

from tests.errors.row import (
    BANDS,
    COLOURS,
    NET,
    PHOTOGRAPH,
    Damage,
    Row,
    all_of,
    cut,
    drop,
    noise,
    pictures,
    put,
    white,
)
from tests.helpers.cubes import write_envi


def move(name: str, target: str) -> Damage:
    """Rename a file or folder."""
    return lambda here: (here / name).rename(here / target)


def envi(
    *replaced: tuple[str, str],
    span: tuple[int, int] = (400, 700),
    dead: Sequence[int] = (),
    **fields: Any,
) -> Damage:
    """A cube of 31 bands of ``span`` in nm, some words of whose header are then replaced."""

    def write(here: Path) -> None:
        values = np.random.default_rng(0).uniform(0.1, 0.9, (31, 40, 48)).astype("f4")
        values[list(dead)] = 0.5
        header = write_envi(here / "cube.hdr", values, np.linspace(*span, 31), **fields)
        text = header.read_text(encoding="utf-8")
        for old, new in replaced:
            text = text.replace(old, new)
        header.write_text(text, encoding="utf-8")

    return write


def ome(bands: np.ndarray, *, axes: str = "CYX", replaced: tuple[str, str] = ("", "")) -> Damage:
    """An OME-TIFF some words of whose description are replaced."""

    def write(here: Path) -> None:
        path = here / "a.ome.tif"
        tifffile.imwrite(path, bands, photometric="minisblack", metadata={"axes": axes})
        xml = tifffile.tiffcomment(path).replace(*replaced)
        tifffile.tiffcomment(path, xml.encode())

    return write


def matlab(name: str = "mat/a.mat", **arrays: Any) -> Damage:
    """A MATLAB file."""

    def write(here: Path) -> None:
        (here / name).parent.mkdir(exist_ok=True)
        scipy.io.savemat(here / name, arrays)

    return write


def cave(n_bands: int = 31, n_photographs: int = 1, depth: type = np.uint16) -> Damage:
    """A scene of the CAVE database; its first band is of another depth if that is given."""
    bands = {f"a_ms_{n:02}": noise() for n in range(1, n_bands + 1)}
    bands["a_ms_01"] = noise().astype(depth)
    photographs = [
        put(f"raw/a/{'b' * n}a_RGB.bmp", b"BM") if n else _photograph_of_cave
        for n in range(n_photographs)
    ]
    return all_of(pictures(**bands), *photographs)


def _photograph_of_cave(here: Path) -> None:
    Image.new("RGB", (48, 40)).save(here / "raw/a_RGB.bmp")


CUBE = "data import cube {here}/cube.hdr --out {new} "
OME = "data import cube {here}/a.ome.tif --out {new} "
MAT = "data import cube {here}/mat/a.mat --out {new} "
HARVARD = "data import harvard {here}/mat --out {new} "
CAVE = "data import cave {here}/raw --out {new} "
TWO = "data import pair {here}/raw --out {new} "
REF = np.full((6, 8, 31), 0.02)


ROWS = [
    Row(2, "heads=3 cannot share a layer of width 64: choose a divisor of it",
        NET + "--backbone gat -o heads=3 -o hidden=64"),
    Row(3, "…/raw is not a folder: give the one that contains the photograph and the bands", BANDS),
    Row(3, "there are no images in …/raw, nor in its subfolders; move those of each scene into "
        "a subfolder", BANDS, put("raw/x.txt", "x")),
    Row(3, "there are no images in …/raw, nor in its subfolders; give …/raw/a instead, or move "
        "…/raw/a/b into it", BANDS, put("raw/a/b/850.png", noise())),
    Row(2, "name=x names one scene, but …/raw contains 2 folders", BANDS + "-o name=x",
        all_of(put("raw/a/850.png", noise()), put("raw/b/850.png", noise()))),
    Row(2, "…/bands.yaml gives wavelengths, and so does -o wavelengths: remove one of them",
        BANDS + "-o wavelengths=850",
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "ir.png: 850"))),
    Row(3, "…/raw contains the photograph RGB.png but no band", BANDS, pictures(RGB=COLOURS)),
    Row(2, "2 wavelengths are given, but …/raw contains 1 band", BANDS + "-o wavelengths=850,950",
        pictures(RGB=COLOURS, ir=noise())),
    Row(3, "2 images in …/raw are in colour (…), but only the photograph should be; select it "
        "with -o photograph=FILE", BANDS, pictures(a=COLOURS, b=COLOURS)),
    Row(3, "…/raw/bands.yaml lists no bands; write a line such as 'raw_ir.tif: 950' for each",
        BANDS, all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", ""))),
    Row(3, "…/bands.yaml lists x.png, but there is no such file in …/raw", BANDS,
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "x.png: 850"))),
    Row(3, "…/a_850nm.png and …/b_850nm.png are both 850 nm, which must differ between bands: "
        "correct the wavelengths, or remove one of them", BANDS,
        pictures(RGB=COLOURS, a_850nm=noise(), b_850nm=noise())),
    Row(3, "…/bands.yaml gives ir.png the wavelength 'much', which is not a number in nm", BANDS,
        all_of(pictures(RGB=COLOURS, ir=noise()), put("raw/bands.yaml", "ir.png: much"))),
    Row(2, "wavelengths=red are not comma-separated numbers in nm, such as 420,470,850",
        BANDS + "-o wavelengths=red", pictures(RGB=COLOURS, ir=noise())),
    Row(3, "the name of …/dark.png contains no wavelength: if dark.png is a white or dark frame, "
        "move such frames into folders of their own, import the images of the painting, and run "
        "`artextract data calibrate DATASET --white WHITE --dark DARK --out CALIBRATED`",
        BANDS, pictures(photo=COLOURS, dark=noise())),
    Row(3, "the name of …/ir.png contains no wavelength: list all bands in …/bands.yaml, or "
        "give -o wavelengths=NM,NM,... in the order of the files", BANDS,
        pictures(RGB=COLOURS, ir=noise())),
    Row(3, "there is no scene in …/raw: no folder in it contains a file NAME_ms_01.png", CAVE,
        pictures(a=COLOURS)),
    Row(3, "the bands of …/raw have different depths; save all as 8 or all as 16 bit", CAVE,
        cave(depth=np.uint8)),
    Row(3, "…/raw should contain one photograph a_RGB.bmp; there are 0", CAVE,
        cave(n_photographs=0)),
    Row(3, "…/raw lacks 1 of the 31 bands, the first being a_ms_31.png; use the importer bands "
        "for incomplete scenes", CAVE, cave(30)),
    Row(3, "there is no cube in …/data: no file in it ends in …; move the cubes into it",
        "data import cube {here}/data --out {new}"),
    Row(3, "there is no cube in …/raw: no file in it ends in …; give …/raw/a/capture instead, or "
        "move its contents into …/raw", "data import cube {here}/raw --out {new}",
        put("raw/a/capture/a.hdr", "ENVI")),
    Row(3, "there is no painting in …/DARK_1.hdr: by name, all cubes are white or dark frames "
        "(DARK_1.hdr); add the cube that they belong to, or import one of them as a painting "
        "with -o name=NAME", "data import cube {here}/DARK_1.hdr --out {new}",
        all_of(envi(), move("cube.hdr", "DARK_1.hdr"))),
    Row(2, "name=x names one scene, but …/mat contains 2 cubes",
        "data import cube {here}/mat --out {new} -o name=x",
        all_of(matlab(a=REF), matlab("mat/b.mat", a=REF))),
    Row(3, "…/x.txt is not a readable cube: it is not one of … and has no .hdr beside it",
        "data import cube {here}/x.txt --out {new}", put("x.txt", "x")),
    Row(3, "…/x.npy is damaged, cut short, or not a numeric .npy: copy or export it again",
        "data import cube {here}/x.npy --out {new}", put("x.npy", "x")),
    Row(2, "…/a.mat has no variable 'x'; it has ref", MAT + "-o variable=x", matlab(ref=REF)),
    Row(3, "…/a.mat contains 2 three-dimensional arrays (a, b), not just one; select the cube "
        "with -o variable=NAME", MAT, matlab(a=REF, b=REF)),
    Row(3, "…/x.npy contains complex128 numbers of shape (4, 5, 6); a cube has rows, columns and "
        "bands of integers or floats", "data import cube {here}/x.npy --out {new}",
        lambda here: np.save(here / "x.npy", np.ones((4, 5, 6), complex))),
    Row(3, "…/a.mat does not give the wavelengths of its 31 bands: give them, -o "
        "wavelengths=NM,NM,... or evenly spaced, -o wavelengths=FIRST:LAST", MAT, matlab(ref=REF)),
    Row(3, "…/a.ome.tif has OME-XML with a document type, which is not read: export it again",
        OME, ome(np.ones((2, 9, 9), np.uint8), replaced=("<OME", "<!DOCTYPE a><OME"))),
    Row(3, "…/a.ome.tif has the axes TCYX, but a cube has channels, rows and columns (CYX): export "
        "one depth and one time", OME, ome(np.ones((2, 2, 9, 9), np.uint8), axes="TCYX")),
    Row(3, "…/a.ome.tif lacks planes, or they are in other files: export it as one file",
        OME, ome(np.ones((2, 9, 9), np.uint8), replaced=('SizeC="2"', 'SizeC="3"'))),
    Row(3, "…/cube.hdr has bands = 31, but its wavelength lists 30", CUBE, envi((",\n 700", ""))),
    Row(3, "…/cube.hdr marks all bands as bad (bbl); there is nothing to read", CUBE,
        envi(bbl="{" + ", ".join("0" * 31) + "}")),
    Row(3, "…/cube.hdr is not an ENVI header: it does not start with ENVI", CUBE,
        envi(("ENVI", "X"))),
    Row(3, "…/cube.hdr is damaged or cut short: the list of its wavelength has no end", CUBE,
        envi(("700}", "700"))),
    Row(3, "…/cube.hdr has 'red' where its wavelength must be a number; separate numbers by commas",
        CUBE, envi((" 700", " red"))),
    Row(3, "…/cube.hdr is damaged or cut short: it does not give its lines", CUBE,
        envi(("lines = 40", ""))),
    Row(3, "…/cube.hdr has lines = many, which is not an integer of at least 1", CUBE,
        envi(("lines = 40", "lines = many"))),
    Row(3, "…/cube.hdr has interleave = bbb; it must be bsq, bil or bip", CUBE,
        envi(("= bsq", "= bbb"))),
    Row(3, "…/cube.raw has … bytes where cube.hdr expects …: it was cut short, or the header "
        "belongs to another file", CUBE, envi(("lines = 40", "lines = 41"))),
    Row(3, "…/cube.hdr has data type = 6; supported are …", CUBE,
        envi(("data type = 4", "data type = 6"))),
    Row(3, "…/cube.hdr has byte order = 3; it must be 0 (least first) or 1 (most first)", CUBE,
        envi(("byte order = 0", "byte order = 3"))),
    Row(3, "…/cube.hdr should have one raw file beside it, cube or cube.raw, .img, .dat, ...; "
        "there are 0", CUBE, all_of(envi(), drop("cube.raw"))),
    Row(3, "…/cube.hdr has file compression = 1, which is not supported; save it without", CUBE,
        envi(file_compression=1)),
    Row(3, "…/cube.hdr gives its bands 4 and 5 the same wavelength, 430 nm; give those of all "
        "bands, -o wavelengths=NM,NM,..., or mark one of the two as bad in an ENVI header (bbl)",
        CUBE, envi((" 440", " 430"))),
    Row(2, "wavelengths=500:500 gives bands 1 and 2 the same wavelength, 500 nm; give each band "
        "its own",
        CUBE + "-o wavelengths=500:500", envi()),
    Row(2, "2 wavelengths are given, but the cube has 31 bands",
        CUBE + "-o wavelengths=450,550", envi()),
    Row(2, "centres=red are not comma-separated numbers in nm, such as 420,470,850",
        CUBE + "-o centres=red", envi()),
    Row(3, "…/cube.hdr gives wavelengths in Index; give them in nm, -o wavelengths=NM,NM,...", CUBE,
        envi(("Nanometers", "Index"))),
    Row(3, "…/cube.hdr contains invalid wavelengths; give them, -o wavelengths=NM,NM,...", CUBE,
        envi((" 400", " -400"))),
    Row(3, "…/cube.hdr covers 2000 to 2300 nm, and none of the default bands; choose others with "
        "-o centres=NM,NM,... or use all, -o centres=all",
        CUBE + "-o photograph={here}/" + PHOTOGRAPH, envi(span=(2000, 2300))),
    Row(2, "centres=999: …/cube.hdr has no bands at 999 nm; it has 31 from 400 to 700 nm",
        CUBE + "-o centres=999", envi()),
    Row(3, "no photograph can be rendered from …/cube.hdr: it has 31 bands from 400 to 9000 nm, "
        "but bands from … nm, at most … nm apart, are needed; give a photograph with "
        "-o photograph=FILE",
        CUBE + "-o centres=all", envi(span=(400, 9000))),
    Row(3, "the photograph …/x.png is 20 × 30 pixels but the cube …/cube.hdr is … × …; give one of "
        "that size, or none to have it rendered", CUBE + "-o photograph=x.png",
        all_of(envi(), put("x.png", noise((30, 20, 3))))),
    Row(3, "the data of …/cube.hdr at 430 nm have the same value everywhere: "
        "export the cube again, or choose other bands, -o centres=NM,NM,...",
        CUBE + "-o centres=420,430 -o width=1", envi(dead=(3,))),
    Row(3, "the photograph of …/cube.hdr has the same value everywhere: give "
        "another (of a cube, -o photograph=FILE)", CUBE + "-o photograph=x.png",
        all_of(envi(), put("x.png", white((40, 48, 3))))),
    Row(2, "white=FILE and dark=FILE require each other; give both, or neither for reflectance",
        CUBE + "-o white=w.hdr", envi()),
    Row(3, "scene 'cube' (…/cube.hdr) has no white frame: there is no file …/NOPE_cube.hdr; give "
        "an existing one with -o white=FILE, where * stands for the name of the scene (frames in "
        "…, by name: none)",
        CUBE + "-o white=NOPE_*.hdr -o dark=D_*.hdr", envi()),
    Row(2, "-o white=FILE names …/cube.hdr, which is the painting 'cube' itself: * stands for "
        "the name of the scene; write the rest of the file name too, such as "
        "white='WHITEREF_*.hdr'",
        CUBE + "-o white=*.hdr -o dark=D_*.hdr", envi()),
    Row(3, "there is no painting in …/cubes: white=*.hdr, dark=D_*.hdr match all of its cubes "
        "(a.hdr); * stands for the name of a scene, so write the rest of the file name too, such "
        "as white='WHITEREF_*.hdr', or give the folder that contains the paintings",
        "data import cube {here}/cubes --out {new} -o white=*.hdr -o dark=D_*.hdr",
        put("cubes/a.hdr", "ENVI")),
    Row(2, "centres=440,440 lists 440 nm twice; remove one",
        CUBE + "-o centres=440,440", envi()),
    Row(3, "there is no scene in …/data: no file in it ends in .mat",
        "data import harvard {here}/data --out {new}"),
    Row(3, "…/a.mat contains …; Harvard scenes have ref, (rows, columns, 31)", HARVARD,
        matlab(a=REF)),
    Row(3, "…/a.mat contains lbl of shape (2, 2), but its ref has (6, 8)", HARVARD,
        matlab(ref=REF, lbl=np.ones((2, 2)))),
    Row(3, "…/a.mat: its calib should be 31 numbers above 0; ignore it with -o calibration=none",
        HARVARD, matlab(ref=REF, calib=np.zeros(31))),
    Row(3, "…/calib.txt should contain 31 numbers, the sensitivities of the camera", HARVARD,
        all_of(matlab(ref=REF), put("mat/calib.txt", "many"))),
    Row(3, "…/a.mat is damaged, cut short, or not a MATLAB file: copy or export it again", HARVARD,
        all_of(matlab(ref=REF), cut("mat/a.mat"))),
    Row(3, "…/raw is not a folder: give the one with the photograph and the infrared image", TWO),
    Row(3, "…/raw contains 1 image instead of 2; …", TWO, pictures(a=COLOURS)),
    Row(3, "of the two images in …/raw both are in colour; …", TWO,
        pictures(a=COLOURS, b=COLOURS)),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "plugins/test_cube.py::test_codings_that_do_not_fit_a_cube": (
        "the photograph of … is rendered from all its bands, which must have one coding: use "
        "--coding bands=srgb, or give a photograph (of a cube, -o photograph=FILE)",
        "… has white and dark frames, which convert only linear counts to reflectance: omit "
        "--coding of bands, or the frames",
    ),
    "e2e/test_hostile_input.py::test_lists_of_files_stay_in_their_folder": (
        "… lists …, which is outside …: only files in it are read",
    ),
    "plugins/test_cube.py::test_frames_that_leave_nothing": (
        "no pixel of … is valid in every band: each is saturated, or hardly brighter in white than "
        "in dark; check the frames, and give the count at which the camera saturates, -o "
        "scale=NUMBER",
    ),
    "plugins/test_cube.py::test_a_full_scale_that_is_not_the_one_of_the_counts": (
        "500000 cannot be the scale of …: the largest value, 4095, is less than a hundredth of it; "
        "give another, -o scale=NUMBER, the value that counts as 1 or, with white and dark, as "
        "saturated",
    ),
    "plugins/test_cube.py::test_frames_that_are_swapped": (
        "white and dark seem to be swapped: …, given as white, is darker than …; exchange them, "
        "-o white=FILE -o dark=FILE",
    ),
    "plugins/test_cube.py::test_frames_of_other_wavelengths_are_refused": (
        "band 1 of … is 700 nm but that of … is 400 nm; give a frame of the same camera setting",
    ),
    "plugins/test_cube.py::test_frames_that_do_not_fit": (
        "… has 31 bands of 6 columns but … has 31 of 7; give a frame of the same camera setting",
        "… contains uint8 numbers but … uint16: counts of 8 bits cannot be compared with others; "
        "give a frame of the same camera setting",
    ),
    "plugins/test_bands.py::test_a_stack_of_bands_in_one_tiff": (
        "…/bands.tif contains 5 bands: give their wavelengths, -o wavelengths=NM,NM,...",
    ),
    "plugins/test_cube.py::test_values_that_are_not_finite_are_refused": (
        "… has values that are not finite (NaN or infinity), the first in band 8 (470 nm), row 2, "
        "column 2; replace them, or mark missing values in an ENVI header: "
        "data ignore value",
    ),
    "plugins/test_cube.py::test_a_wrong_scale_is_refused_and_highlights_are_clipped": (
        "… contains values from 2 to 3 where 1 counts as 1, and 100% of them are outside 0 to 1;"
        " set the value that counts as 1, -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_wavelengths_that_do_not_fit": (
        "… gives 30 wavelengths, but its cube has 7 bands",
    ),
    "plugins/test_cube.py::test_numbers_that_tell_no_scale": (
        "… contains int16 numbers, but not the value that counts as 1, such as 10000 for "
        "reflectance; give it with -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_a_header_that_is_wrong": (
        "… gives 0 as the value that counts as 1; give the scale, -o scale=NUMBER",
    ),
    "plugins/test_cube.py::test_without_h5py_the_extra_is_named": (
        "… is a MATLAB 7.3 file, which requires h5py: pip install 'artextract[hdf5]'",
    ),
    "plugins/test_tensorboard.py::test_without_the_package": (
        "the logger tensorboard needs TensorBoard, which is not installed: "
        'pip install "artextract[tensorboard]"',
    ),
    "plugins/test_slic_torch.py::test_what_is_no_batch_is_refused": (
        "expected non-empty images of shape (B, H, W, C), got (8, 8, 3)",
    ),
}
