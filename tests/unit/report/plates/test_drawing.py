import numpy as np

from artextract_cli.imaging.heatmap import colour
from artextract_cli.report.palettes import colour_bar
from artextract_cli.report.plates.drawing import INK, PAPER, Plate, draw
from artextract_cli.report.plates.layout import Box, Frame, ScaleBar

CROP = Box(left=10, top=20, right=410, bottom=320)
GREY = np.full((300, 400), 128, np.uint8)


def pixels(plate: Plate) -> np.ndarray:
    return np.asarray(draw(plate))


def test_a_bare_picture_stays_as_it_is() -> None:
    drawn = pixels(Plate(picture=GREY, crop=CROP, scale=1))
    assert drawn.shape == (300, 400, 3)
    assert (drawn == 128).all()


def test_a_frame_lies_around_its_region_and_is_numbered() -> None:
    box = Box(left=110, top=120, right=160, bottom=150)
    frame = Frame(number=7, box=box, x=110, y=115, at_end=False)
    drawn = pixels(Plate(picture=GREY, crop=CROP, scale=1, frames=(frame,)))
    # Dark around rows 100 to 129 and columns 100 to 149 of the plate, which stay as they were.
    assert (drawn[100:130, 100:150] == 128).all()
    for edge in (drawn[99, 100:150], drawn[130, 100:150], drawn[100:130, 99], drawn[100:130, 150]):
        assert (edge == INK).all()
    label = drawn[70:96, 95:130]
    assert (label == INK).all(axis=-1).any()
    assert (label == PAPER).all(axis=-1).any()


def test_a_frame_on_a_reduced_plate() -> None:
    box = Box(left=110, top=120, right=160, bottom=150)
    frame = Frame(number=7, box=box, x=110, y=110, at_end=False)
    drawn = pixels(Plate(picture=GREY[::2, ::2], crop=CROP, scale=0.5, frames=(frame,)))
    assert (drawn[50:65, 50:75] == 128).all()
    assert (drawn[49, 50:75] == INK).all()


def test_bars_beneath_the_picture() -> None:
    plate = Plate(
        picture=GREY,
        crop=CROP,
        scale=1,
        colours=colour_bar("false-alarm"),
        scale_bar=ScaleBar(text="2 cm", length=100),
    )
    drawn = pixels(plate)
    assert (drawn[:300, :400] == 128).all()
    beneath = drawn[300:]
    ends = colour(np.array([[0, 3]], np.float32))[0]
    for end in ends:
        assert (beneath == end).all(axis=-1).any()
    # The scale bar is the only row of ink that is that long.
    is_ink = (beneath == INK).all(axis=-1)
    assert is_ink.sum(axis=1).max() >= 100
    longest = is_ink[is_ink.sum(axis=1).argmax()]
    assert np.diff(np.flatnonzero(longest))[:99].max() == 1


def test_a_small_picture_leaves_room_for_the_words() -> None:
    small = Plate(picture=GREY[:40, :50], crop=CROP, scale=1, colours=colour_bar("false-alarm"))
    drawn = pixels(small)
    assert drawn.shape[1] > 300
    assert (drawn[:40, 50:] == PAPER).all()
