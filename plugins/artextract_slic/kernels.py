"""Compiled loops of SLIC that assign pixels to centres.

Centres are kept as fields (F, R, K) over the R × K cells of the initial grid: C colours, row,
column, and the weight of a squared colour difference (1 but for SLICO).

Pixels are compared in blocks of `BLOCK` pixels of a row. A block is stored in flat arrays, with
`BLOCK` values per channel or field, and functions receive its offset: constant strides let the
compiler use vector instructions, and a view for each call would cost more than the call.
"""

import numpy as np
from numpy.typing import NDArray

from artextract_cli import compiled, inlined

FloatArray = NDArray[np.float32]
LabelMap = NDArray[np.int32]
Cells = NDArray[np.int32]

BLOCK = 128  # pixels; blocks instead of single pixels save a third of the time


def in_blocks(image: FloatArray) -> FloatArray:
    """``image`` (H, W, C) as a flat array of shape (H, blocks of a row, C, BLOCK)."""
    height, width, channels = image.shape
    # The last block of a row is padded: loops always run over BLOCK pixels.
    blocks = np.zeros((height, _blocks_of(width), channels, BLOCK), np.float32)
    _fill_blocks(image, blocks)
    return blocks.reshape(-1)


@compiled
def _fill_blocks(image: FloatArray, blocks: FloatArray) -> None:
    height, width, channels = image.shape
    n_blocks = blocks.shape[1]
    for y in range(height):
        for b in range(n_blocks):
            first = b * BLOCK
            for c in range(channels):
                n = width - first
                for x in range(n if n < BLOCK else BLOCK):
                    blocks[y, b, c, x] = image[y, first + x, c]


def assign(
    blocks: FloatArray,
    centres: FloatArray,
    near_rows: Cells,
    near_columns: Cells,
    pull: np.float32,
    labels: LabelMap,
    step: int,
    offset: int,
) -> None:
    """Label every ``step``-th row of pixels with the nearest centre of the nearby cells.

    ``blocks`` is the image from `in_blocks`; ``near_rows`` (S, H) and ``near_columns`` (S, W) are
    the nearby cells; ``pull`` is the weight of a squared distance in pixels.
    """
    reach = len(near_rows)
    # A ring buffer for `reach` rows of cells, which are gathered only when the search moves on;
    # `spread` tells which row of cells is in which slot.
    fields = np.empty(reach * reach * len(centres) * BLOCK, np.float32)
    spread = np.empty(reach, np.int64)
    # Colour distances to the present centre, then the smallest scores so far.
    scores = np.empty(2 * BLOCK, np.float32)
    _assign(
        blocks, centres, near_rows, near_columns, pull, labels, step, offset, fields, spread, scores
    )


@compiled
def _assign(
    blocks: FloatArray,
    centres: FloatArray,
    near_rows: Cells,
    near_columns: Cells,
    pull: np.float32,
    labels: LabelMap,
    step: int,
    offset: int,
    fields: FloatArray,
    spread: NDArray[np.int64],
    scores: FloatArray,
) -> None:
    """`assign` with buffers: ``fields`` of S rows of cells, which rows (S,), and two scores."""
    height, width = labels.shape
    reach, n_fields = len(near_rows), len(centres)
    n_blocks = (width + BLOCK - 1) // BLOCK
    for b in range(n_blocks):
        first = b * BLOCK
        # Rows inside the loop over blocks: neighbouring rows search the same cells.
        for i in range(reach):
            spread[i] = -1
        for y in range(offset, height, step):
            pixels = (y * n_blocks + b) * (n_fields - 3) * BLOCK
            for x in range(BLOCK, 2 * BLOCK):
                scores[x] = np.inf
            for i in range(reach):
                cell_row = near_rows[i, y]
                slot = cell_row % reach
                begin = slot * reach * n_fields * BLOCK
                if spread[slot] != cell_row:
                    _spread(centres, cell_row, near_columns, first, fields, begin)
                    spread[slot] = cell_row
                for j in range(reach):
                    centre = begin + j * n_fields * BLOCK
                    name = cell_row * centres.shape[2]
                    place = _measure(blocks, pixels, fields, centre, n_fields - 3, scores)
                    _keep_nearer(
                        fields, place, pull, scores, labels, y, first, near_columns, j, name
                    )


def _blocks_of(width: int) -> int:
    return (width + BLOCK - 1) // BLOCK


@inlined
def _spread(
    centres: FloatArray,
    cell_row: int,
    near_columns: Cells,
    first: int,
    fields: FloatArray,
    begin: int,
) -> None:
    """Gather the fields (S, F, BLOCK) of a row of cells for the pixels that search them.

    The column is replaced by the squared distance to it, which is the same for all rows.
    """
    n_fields, width = len(centres), near_columns.shape[1]
    n = BLOCK if first + BLOCK < width else width - first
    for j in range(len(near_columns)):
        columns = near_columns[j, first : first + n]
        for f in range(n_fields):
            source, target = centres[f, cell_row], fields[begin : begin + n]
            for x in range(n):
                # Unsigned: the compiler then omits the check for negative indices.
                target[x] = source[np.uint32(columns[x])]
            if f == n_fields - 2:
                for x in range(n):
                    target[x] = (np.float32(first + x) - target[x]) ** 2
            begin += BLOCK


@inlined
def _measure(
    blocks: FloatArray,
    pixels: int,
    fields: FloatArray,
    begin: int,
    channels: int,
    scores: FloatArray,
) -> int:
    """Write squared colour differences to a centre for each pixel; return the next offset."""
    for x in range(BLOCK):
        scores[x] = 0
    c = 0
    while c + 3 <= channels:
        _add_three(blocks, pixels + c * BLOCK, fields, begin + c * BLOCK, scores)
        c += 3
    while c < channels:
        _add_one(blocks, pixels + c * BLOCK, fields, begin + c * BLOCK, scores)
        c += 1
    return begin + channels * BLOCK


@inlined
def _add_three(
    blocks: FloatArray, pixels: int, fields: FloatArray, begin: int, scores: FloatArray
) -> None:
    """Add three channels at once, since most of the time goes into loading and storing."""
    colour, centre = blocks[pixels : pixels + 3 * BLOCK], fields[begin : begin + 3 * BLOCK]
    for x in range(BLOCK):
        a = colour[x] - centre[x]
        b = colour[BLOCK + x] - centre[BLOCK + x]
        c = colour[2 * BLOCK + x] - centre[2 * BLOCK + x]
        scores[x] = scores[x] + a * a + b * b + c * c


@inlined
def _add_one(
    blocks: FloatArray, pixels: int, fields: FloatArray, begin: int, scores: FloatArray
) -> None:
    colour, centre = blocks[pixels : pixels + BLOCK], fields[begin : begin + BLOCK]
    for x in range(BLOCK):
        difference = colour[x] - centre[x]
        scores[x] += difference * difference


@inlined
def _keep_nearer(
    fields: FloatArray,
    begin: int,
    pull: np.float32,
    scores: FloatArray,
    labels: LabelMap,
    y: int,
    first: int,
    near_columns: Cells,
    j: int,
    first_name: int,
) -> None:
    """Keep the labels of centres nearer than the nearest so far (scores from BLOCK on)."""
    place = fields[begin : begin + 3 * BLOCK]
    columns, label = near_columns[j, first : first + BLOCK], labels[y, first : first + BLOCK]
    here, names = np.float32(y), np.int32(first_name)
    for x in range(len(label)):
        down = here - place[x]
        far = (down * down + place[BLOCK + x]) * pull
        new = scores[x] * place[2 * BLOCK + x] + far
        # Loads precede the choice: only then is this loop compiled to vector instructions.
        old, other, same = scores[BLOCK + x], np.int32(columns[x] + names), label[x]
        nearer = new < old
        scores[BLOCK + x] = new if nearer else old
        label[x] = other if nearer else same
