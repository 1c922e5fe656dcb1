"""Error messages of artextract_cli.visualization."""

from collections.abc import Mapping, Sequence

from artextract_cli.visualization import loss_figure
from tests.errors.row import PAIR, Row

ROWS = [
    Row(2, "no run has completed an epoch yet: finish one with "
        "`artextract train GRAPHS --out RUN`, then draw the loss",
        lambda here: loss_figure.loss_figure({"run": []}, here / "loss.png")),
    Row(2, "…: figures are written as PNG, SVG or PDF; use a name with such a suffix",
        "visualize loss {here}/run --out {new}.gif"),
    Row(2, "--only-band takes one --show-band, not 450, 650",
        PAIR + "--only-band --show-band 450 --show-band 650"),
    Row(2, "--only-band requires --mode difference, not attention",
        PAIR + "--only-band --show-band 450 --mode attention"),
    Row(2, "scene v0 has no band '999'; its bands are: …", PAIR + "--show-band 999"),
]  # fmt: skip

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/visualization/test_embedding_figure.py::test_what_cannot_be_drawn": (
        "… has 2 embeddings, but a projection needs at least four",
    ),
}
