"""Pictures with colour charts."""

import numpy as np


def chart_colours(rows: int, columns: int) -> np.ndarray:
    """Different colours (rows, columns, 3)."""
    levels = np.linspace(0.1, 0.9, 4)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    chosen = np.random.default_rng(2).permutation(len(cube))[: rows * columns]
    return cube[chosen].reshape(rows, columns, 3)


def with_patches(
    image: np.ndarray, colours: np.ndarray, side: int, corner: tuple[int, int]
) -> np.ndarray:
    """The image (H, W, 3) with a black board of square patches at its row and column."""
    step, painted = side + side // 4, image.copy()
    rows, columns = colours.shape[:2]
    top, left = corner
    painted[top - 3 : top + rows * step, left - 3 : left + columns * step] = 0.02
    for row in range(rows):
        for column in range(columns):
            y, x = top + row * step, left + column * step
            painted[y : y + side, x : x + side] = colours[row, column]
    return painted
