"""Drawing a plate: the picture, numbered frames on it, and bars beneath it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from artextract_cli.imaging.heatmap import Picture
from artextract_cli.report.palettes import ColourBar
from artextract_cli.report.plates.layout import Box, Frame, ScaleBar

INK, PAPER = (31, 33, 38), (255, 255, 255)
# In heights of the text: room for the longest label beneath a colour bar.
LEAST_WIDTH = 30
TEXT_SHARE = 0.022
"""Height of the text beneath the picture, as a share of its longer side."""
LEAST_TEXT = 11
"""Least height of that text in px."""


@dataclass(frozen=True, kw_only=True)
class Plate:
    """What is drawn on a plate; pixels of the photograph, ``scale`` times as many on the plate."""

    picture: Picture
    """(h, w) or (h, w, 3), already cropped."""

    crop: Box
    scale: float
    frames: Sequence[Frame] = ()
    colours: ColourBar | None = None
    scale_bar: ScaleBar | None = None


def draw(plate: Plate) -> Image.Image:
    """Draw a plate."""
    picture = Image.fromarray(plate.picture).convert("RGB")
    _draw_frames(ImageDraw.Draw(picture), plate)
    text = max(LEAST_TEXT, round(TEXT_SHARE * max(picture.size)))
    rows = [draw_row for draw_row in (_colour_bar, _scale_bar) if _is_wanted(plate, draw_row)]
    if not rows:
        return picture
    height = sum(_HEIGHTS[row] * text for row in rows) + text
    size = max(picture.width, LEAST_WIDTH * text), picture.height + round(height)
    sheet = Image.new("RGB", size, PAPER)
    sheet.paste(picture)
    top = picture.height + text
    for row in rows:
        row(ImageDraw.Draw(sheet), plate, top, text)
        top += round(_HEIGHTS[row] * text)
    return sheet


def _is_wanted(plate: Plate, row: object) -> bool:
    return (plate.colours if row is _colour_bar else plate.scale_bar) is not None


def _draw_frames(canvas: ImageDraw.ImageDraw, plate: Plate) -> None:
    """Frames around regions, dark with a white rim, so that they show on every picture."""
    size = max(LEAST_TEXT, round(plate.crop.label_size * plate.scale))
    thin = max(1, size // 9)
    font = ImageFont.load_default(size)
    for frame in plate.frames:
        left, top = _place(plate, frame.box.left, frame.box.top)
        right, bottom = _place(plate, frame.box.right, frame.box.bottom)
        for colour, width, out in ((PAPER, 2 * thin, 2 * thin), (INK, thin, thin)):
            box = (left - out, top - out, right + out - 1, bottom + out - 1)
            canvas.rectangle(box, outline=colour, width=width)
    # After all frames, which must not hide a number.
    for frame in plate.frames:
        canvas.text(
            _place(plate, frame.x, frame.y),
            str(frame.number),
            fill=INK,
            font=font,
            anchor="rs" if frame.at_end else "ls",
            stroke_width=2 * thin,
            stroke_fill=PAPER,
        )


def _place(plate: Plate, x: float, y: float) -> tuple[int, int]:
    """From the photograph to the plate."""
    across, down = (x - plate.crop.left) * plate.scale, (y - plate.crop.top) * plate.scale
    return round(across), round(down)


def _colour_bar(canvas: ImageDraw.ImageDraw, plate: Plate, top: int, text: int) -> None:
    """The colour bar with its ticks and its label."""
    bar = plate.colours
    if bar is None:
        return
    font = ImageFont.load_default(text)
    left, width = text, 26 * text
    places, colours = zip(*bar.stops, strict=True)
    channels = np.array([_rgb(colour) for colour in colours])
    for x in range(width):
        share = 100 * x / (width - 1)
        colour = tuple(round(float(np.interp(share, places, c))) for c in channels.T)
        canvas.line((left + x, top, left + x, top + text - 1), fill=colour)
    for place, words in bar.ticks:
        x = left + round(place / 100 * (width - 1))
        canvas.line((x, top + text, x, top + 1.4 * text), fill=INK, width=max(1, text // 12))
        anchor = "la" if place < 5 else "ra" if place > 95 else "ma"
        canvas.text((x, top + 1.5 * text), _plain(words), fill=INK, font=font, anchor=anchor)
    canvas.text((left, top + 3 * text), _plain(bar.label), fill=INK, font=font)


def _scale_bar(canvas: ImageDraw.ImageDraw, plate: Plate, top: int, text: int) -> None:
    """The scale bar with its length."""
    bar = plate.scale_bar
    if bar is None:
        return
    right = text + round(bar.length * plate.scale)
    thick = max(2, text // 4)
    canvas.rectangle((text, top + text // 2, right - 1, top + text // 2 + thick - 1), fill=INK)
    place = (right + text // 2, top + text // 2 + thick // 2)
    canvas.text(place, bar.text, fill=INK, font=ImageFont.load_default(text), anchor="lm")


# In heights of the text, with the space below.
_HEIGHTS = {_colour_bar: 5.0, _scale_bar: 1.5}


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


def _plain(words: str) -> str:
    # The font of Pillow has no minus sign.
    return words.replace("\N{MINUS SIGN}", "-")
