from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile

from artextract_bands import BandsOptions
from artextract_bands.reading import read
from artextract_bands.wavelengths import wavelength_in
from artextract_cli import Capture, Coding, InputError, UsageError
from tests.helpers.datasets import write_png

RNG = np.random.default_rng(0)
SIZE = (7, 9)


def grey(depth: type = np.uint16, size: tuple[int, int] = SIZE) -> np.ndarray:
    return RNG.integers(0, np.iinfo(depth).max, size, depth)


def colours(depth: type = np.uint8, size: tuple[int, int] = SIZE) -> np.ndarray:
    return RNG.integers(0, np.iinfo(depth).max, (*size, 3), depth)


@pytest.fixture
def folder(tmp_path: Path) -> Callable[..., Path]:
    """Write pictures, by file name, into a folder."""

    def lay_out(name: str = "abbey", **pictures: Any) -> Path:
        for stem, picture in pictures.items():
            write_png(tmp_path / "raw" / name / f"{stem}.png", picture)
        return tmp_path / "raw" / name

    return lay_out


def only(source: Path, **options: Any) -> Capture:
    (capture,) = read(source, BandsOptions(**options))
    return capture


@pytest.mark.parametrize(
    ("stem", "nm"),
    [
        ("abbey_850nm", 850),
        ("850", 850),
        ("band_0850", 850),
        ("ms_850", 850),
        ("abbey_ms_850", 850),
        ("850 NM abbey 2", 850),
        ("abbey-2019_850-nm_v3", 850),
        ("x_850.5nm", 850.5),
        ("x_420_470", 470),
        ("abbey_0.85um", 850),
        ("abbey_0.57 \u00b5m", 570),
        ("abbey_1.1\u03bcm_2", 1100),
        ("abbey_0.85UM_850nm", 850),
        ("abbey_5um_850", 850),
        ("abbey_0.85umber", None),
        ("0.45um_0.85um", None),
        ("swir_12000nm", 12000),
        ("band_07", None),
        ("IMG_20231105", None),
        ("420nm_850nm", None),
        ("RGB", None),
        ("850nmx", 850),
        ("abbey", None),
    ],
)
def test_wavelengths_in_names(stem: str, nm: float | None) -> None:
    assert wavelength_in(stem) == nm


def test_a_folder_is_a_scene(folder: Callable[..., Path]) -> None:
    pictures = {"x_950nm": grey(), "x_0850nm": grey(), "photo": colours(np.uint16)}
    capture = only(folder(**pictures))
    assert (capture.name, capture.wavelengths) == ("abbey", (850, 950))
    np.testing.assert_array_equal(capture.rgb, pictures["photo"])
    np.testing.assert_array_equal(capture.bands[0], pictures["x_0850nm"])
    np.testing.assert_array_equal(capture.bands[1], pictures["x_950nm"])
    assert capture.bands[0].dtype == np.uint16


def test_every_folder_in_a_folder_is_a_scene_read_when_it_is_its_turn(
    folder: Callable[..., Path], tmp_path: Path
) -> None:
    for name in ("b", "a", "notes"):
        folder(name, photo=colours(), m_850=grey())
    (tmp_path / "raw" / "a" / "readme.txt").write_text("words")
    (tmp_path / "raw" / "empty").mkdir()
    (tmp_path / "raw" / "notes" / "m_850.png").write_text("no picture")
    scenes = read(tmp_path / "raw", BandsOptions())
    assert [next(scenes).name, next(scenes).name] == ["a", "b"]
    with pytest.raises(InputError, match="m_850"):
        next(scenes)
    with pytest.raises(UsageError, match=r"name=x names one scene, but .* contains 3 folders"):
        only(tmp_path / "raw", name="x")
    assert only(tmp_path / "raw" / "a", name="x").name == "x"


def test_a_folder_may_be_the_working_directory(
    folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder(photo=colours(), m_850=grey()))
    assert only(Path()).name == "abbey"


def test_grey_saved_as_rgb_is_a_band(folder: Callable[..., Path]) -> None:
    band = grey(np.uint8)
    capture = only(folder(photo=colours(), m_850=np.repeat(band[..., None], 3, axis=2)))
    assert capture.bands[0].dtype == np.uint8
    np.testing.assert_array_equal(capture.bands[0], band)


@pytest.mark.parametrize("n_channels", [3, 4], ids=["RGB", "RGBA"])
def test_grey_saved_in_colour_without_a_photograph(
    folder: Callable[..., Path], n_channels: int
) -> None:
    bands = {f"m_{n}": grey(np.uint8) for n in range(17, 33)}
    saved = {name: np.repeat(band[..., None], n_channels, axis=2) for name, band in bands.items()}
    for picture in saved.values():
        picture[..., 3:] = 255  # opaque
    source = folder(**saved)
    capture = only(source, wavelengths=",".join(str(400 + 20 * n) for n in range(16)))
    np.testing.assert_array_equal(np.stack(capture.bands), np.stack(list(bands.values())))
    with pytest.raises(InputError, match=r"m_17\.png contains no wavelength"):
        only(source)


def test_a_coloured_band_is_the_mean_of_its_channels(folder: Callable[..., Path]) -> None:
    band = colours(np.uint16)
    capture = only(folder(photo=colours(), m_850=band))
    np.testing.assert_allclose(capture.bands[0], band.mean(axis=2) / 65535, rtol=1e-5)
    assert capture.bands[0].dtype == np.float32


def test_bands_of_two_depths_become_one(folder: Callable[..., Path]) -> None:
    narrow, wide = grey(np.uint8), grey(np.uint16)
    capture = only(folder(photo=colours(), m_850=narrow, m_950=wide))
    assert capture.bands[0].dtype == np.uint16
    np.testing.assert_array_equal(capture.bands[0] / 65535, narrow / 255)
    np.testing.assert_array_equal(capture.bands[1], wide)


def test_integers_beside_floats_become_floats(folder: Callable[..., Path]) -> None:
    source = folder(photo=colours(), m_850=grey(np.uint8))
    values = RNG.uniform(0, 1, SIZE).astype(np.float32)
    tifffile.imwrite(source / "m_950.tif", values)
    capture = only(source)
    assert capture.bands[0].dtype == np.float32
    assert capture.bands[0].max() <= 1
    np.testing.assert_array_equal(capture.bands[1], values)


@pytest.mark.parametrize("pattern", ["*_vis.png", "abbey_vis.png"])
def test_the_photograph_may_be_named(folder: Callable[..., Path], pattern: str) -> None:
    pictures = {"abbey_vis": colours(), "m_850": grey(), "uv_400": colours()}
    capture = only(folder(**pictures), photograph=pattern)
    np.testing.assert_array_equal(capture.rgb, pictures["abbey_vis"])
    assert capture.wavelengths == (850, 400)


def test_a_grey_photograph_may_be_named(folder: Callable[..., Path]) -> None:
    photograph = grey(np.uint8)
    capture = only(folder(photo=photograph, m_850=grey()), photograph="photo.*")
    np.testing.assert_array_equal(capture.rgb, np.repeat(photograph[..., None], 3, axis=2))


@pytest.mark.parametrize(
    ("pictures", "options", "said"),
    [
        ({"a": colours(), "b": colours(), "m_850": grey()}, {}, "2 images .* in colour .a.png, "),
        ({"a": colours(), "m_850": grey()}, {"photograph": "x*"}, "0 images .* named x"),
        ({"a": colours(), "m_850": grey()}, {"photograph": "*"}, "2 images .* named "),
    ],
)
def test_a_photograph_that_is_not_clear(
    folder: Callable[..., Path], pictures: dict[str, Any], options: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said) as raised:
        only(folder(**pictures), **options)
    assert "-o photograph=FILE" in str(raised.value)


def test_wavelengths_as_an_option_are_in_natural_order(folder: Callable[..., Path]) -> None:
    pictures = {"band_10": grey(), "band_9": grey(), "photo": colours()}
    source = folder(**pictures)
    with pytest.raises(
        InputError, match=r"band_9.png contains no wavelength: .*bands.yaml.*-o wavel"
    ):
        only(source)
    capture = only(source, wavelengths="850, 950")
    assert capture.wavelengths == (850, 950)
    np.testing.assert_array_equal(capture.bands[0], pictures["band_9"])
    with pytest.raises(UsageError, match=r"3 wavelengths are given, but .* contains 2 bands"):
        only(source, wavelengths="850,950,1050")
    with pytest.raises(UsageError, match=r"1 wavelength is given, but .* contains 2 bands"):
        only(source, wavelengths="850")
    with pytest.raises(UsageError, match="wavelengths=850,x are not comma-separated numbers"):
        only(source, wavelengths="850,x")


@pytest.mark.parametrize("planar", [False, True], ids=["pages", "channels"])
@pytest.mark.parametrize("depth", [np.uint8, np.uint16, np.float32])
def test_a_stack_of_bands_in_one_tiff(
    folder: Callable[..., Path], planar: bool, depth: type
) -> None:
    source = folder(photo=colours())
    bands = RNG.uniform(0, 1, (5, *SIZE)).astype(np.float32)
    if depth != np.float32:
        bands = (bands * np.iinfo(depth).max).astype(depth)
    shape: dict[str, Any] = {"planarconfig": "separate"} if planar else {}
    tifffile.imwrite(source / "bands.tif", bands, photometric="minisblack", **shape)
    capture = only(source, wavelengths="450,550,650,850,950")
    assert capture.wavelengths == (450, 550, 650, 850, 950)
    np.testing.assert_array_equal(capture.bands, bands)
    assert capture.bands[0].dtype == depth
    with pytest.raises(UsageError, match=r"4 wavelengths are given, but .* contains 5 bands"):
        only(source, wavelengths="450,550,650,850")
    with pytest.raises(InputError, match=r"bands.tif contains 5 bands: give .*-o wavelengths=NM"):
        only(source)


def test_pages_of_different_sizes_are_refused(folder: Callable[..., Path]) -> None:
    source = folder(photo=colours())
    with tifffile.TiffWriter(source / "bands.tif") as tiff:
        tiff.write(grey())
        tiff.write(grey(size=(5, 5)))
    with pytest.raises(InputError, match="pages of different sizes or depths"):
        only(source, wavelengths="850,950")


def test_a_note_tells_what_is_what(folder: Callable[..., Path]) -> None:
    pictures = {"a": grey(), "b": grey(), "c": colours(), "d": colours()}
    source = folder(**pictures, mask=grey(size=(3, 3)))
    (source / "bands.yaml").write_text("b.png: 850\na.png: 950.5\nphotograph: d.png\n")
    capture = only(source)
    assert capture.wavelengths == (850, 950.5)
    np.testing.assert_array_equal(capture.bands[1], pictures["a"])
    np.testing.assert_array_equal(capture.rgb, pictures["d"])
    np.testing.assert_array_equal(only(source, photograph="c*").rgb, pictures["c"])
    (source / "d.png").unlink()
    (source / "bands.yaml").write_text("b.png: 850\n")
    np.testing.assert_array_equal(only(source).rgb, pictures["c"])


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("x.png: 850", "lists x.png, but there is no such file"),
        ("m.png: infrared", "gives m.png the wavelength 'infrared', which is not a"),
        ("m.png: true", "gives m.png the wavelength True"),
        ("photograph: photo.png", "lists no bands"),
        ("m.png: 850\nm.png: 950", "given twice"),
    ],
)
def test_a_note_that_is_wrong(folder: Callable[..., Path], note: str, said: str) -> None:
    source = folder(photo=colours(), m=grey())
    (source / "bands.yaml").write_text(note)
    with pytest.raises(InputError, match=said):
        only(source)


def test_a_note_and_the_option_do_not_go_together(folder: Callable[..., Path]) -> None:
    source = folder(photo=colours(), m=grey())
    (source / "bands.yaml").write_text("m.png: 850")
    with pytest.raises(UsageError, match="remove one"):
        only(source, wavelengths="850")


def test_what_is_no_folder_of_bands(folder: Callable[..., Path], tmp_path: Path) -> None:
    source = folder(photo=colours())
    with pytest.raises(InputError, match=r"contains the photograph photo.png but no band"):
        only(source)
    with pytest.raises(InputError, match="is not a folder"):
        only(source / "photo.png")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(InputError, match=r"no images in .*nothing, nor in its subfolders"):
        only(tmp_path / "nothing")


def test_bands_may_have_sizes_of_their_own(folder: Callable[..., Path]) -> None:
    """Which may be of another camera: registration brings them together."""
    pictures = {"m_850": grey(size=(5, 8)), "m_950": grey(), "m_1050": grey(size=(9, 4))}
    capture = only(folder(photo=colours(), **pictures))
    assert capture.wavelengths == (850, 950, 1050)
    for band, picture in zip(capture.bands, pictures.values(), strict=True):
        np.testing.assert_array_equal(band, picture)


def test_without_a_photograph_it_is_rendered(folder: Callable[..., Path]) -> None:
    pictures = {f"m_{nm}": np.full((9, 7), 100, np.uint8) for nm in range(400, 1001, 20)}
    capture = only(folder(**pictures))
    assert (capture.rgb.shape, len(capture.wavelengths)) == ((9, 7, 3), 31)
    grey_level = 1.055 * (100 / 255) ** (1 / 2.4) - 0.055  # of sRGB
    np.testing.assert_allclose(capture.rgb, grey_level, atol=1e-3)
    with pytest.raises(InputError, match=r"m_1000.png is 8 × 7 pixels but .* 7 × 9"):
        only(folder(**pictures | {"m_1000": grey(size=(7, 8))}))


def test_bands_are_decoded_before_a_photograph_is_rendered(folder: Callable[..., Path]) -> None:
    """Where every band has the same count, the photograph has it too if both are of one coding."""
    source = folder(**{f"m_{nm}": np.full((9, 7), 100, np.uint8) for nm in range(400, 1001, 20)})

    def level(coding: Coding) -> float:
        (capture,) = read(source, BandsOptions(), coding)
        assert {int(band.max()) for band in capture.bands} == {100}  # as they are stored
        np.testing.assert_allclose(capture.rgb, capture.rgb[0, 0, 0], atol=2e-3)
        return float(capture.rgb.mean())

    for word in ("linear", "srgb", "gamma 2.2"):
        assert level(Coding(photograph=word, bands=word)) == pytest.approx(100 / 255, abs=1e-3)
    infrared = Coding(photograph="linear", by_band={"900": "srgb", "1000": "srgb"})
    assert level(infrared) == pytest.approx(100 / 255, abs=1e-3)
    visible = Coding(
        photograph="linear", by_band={f"{nm}": "gamma 4" for nm in range(400, 720, 20)}
    )
    assert level(visible) == pytest.approx((100 / 255) ** 4, abs=2e-3)


def test_few_bands_do_not_make_a_photograph(folder: Callable[..., Path]) -> None:
    with pytest.raises(InputError, match=r"no photograph can be rendered from .* -o photograph="):
        only(folder(m_450=grey(), m_850=grey()))


def test_two_bands_of_one_wavelength_are_refused(folder: Callable[..., Path]) -> None:
    source = folder(photo=colours(), x_850nm=grey(), y_850nm=grey())
    with pytest.raises(InputError, match=r"x_850nm.png and .*y_850nm.png are both 850 nm, which"):
        only(source)
    with pytest.raises(InputError, match="both 950 nm"):
        only(source, wavelengths="950,950.0")
    with pytest.raises(InputError, match="both 950 nm"):
        only(source, wavelengths="950,950.0001")
    assert only(source, wavelengths="850,950").wavelengths == (850, 950)
    (source / "bands.yaml").write_text("x_850nm.png: 850\ny_850nm.png: 850\n")
    with pytest.raises(InputError, match="both 850 nm"):
        only(source)


@pytest.mark.parametrize(
    "name", ["dark", "DARK_850nm", "abbey_white_850nm", "whiteref", "a-flats", "bias2", "Reference"]
)
def test_a_frame_among_the_bands_belongs_into_a_folder(
    folder: Callable[..., Path], name: str
) -> None:
    source = folder(photo=colours(), abbey_850nm=grey(), **{name: grey()})
    with pytest.raises(InputError, match=rf"(both 850|no wavel).*: if {name}\.png is a white or"):
        only(source)


@pytest.mark.parametrize("name", ["refectory", "flatford", "darkness", "prefix"])
def test_other_words_are_no_frames(folder: Callable[..., Path], name: str) -> None:
    source = folder(photo=colours(), abbey_850nm=grey(), **{name: grey()})
    with pytest.raises(InputError, match=rf"{name}\.png contains no wavelength: list all bands"):
        only(source)


def test_two_pages_of_one_wavelength_are_refused(folder: Callable[..., Path]) -> None:
    source = folder(photo=colours())
    tifffile.imwrite(source / "b.tif", np.stack([grey()] * 4), photometric="minisblack")
    with pytest.raises(InputError, match="band 1 and band 3 are both 450 nm"):
        only(source, wavelengths="450,550,450,650")


def test_names_that_contradict_what_was_given_are_warned_of(
    folder: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """A number without its unit may be anything, and is no contradiction."""
    source = folder(photo=colours(), x_420nm=grey(), x_470nm=grey(), x_850=grey())
    assert only(source, wavelengths="420,850,950").wavelengths == (420, 850, 950)
    assert capsys.readouterr().err == (
        "warning: x_470nm.png is named 470 nm, but is read as 850 nm as specified\n"
    )
    only(source, wavelengths="420,470,950")
    only(source.parent)
    assert capsys.readouterr().err == ""
