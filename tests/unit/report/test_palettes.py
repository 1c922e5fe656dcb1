import numpy as np
import pytest

from artextract_cli.imaging.heatmap import SCALES, colour
from artextract_cli.report.palettes import LEVELS, colour_bar, palette


@pytest.mark.parametrize("name", ["false-alarm", "deviation"])
def test_a_level_has_the_colour_of_its_score(name: str) -> None:
    made = palette(name)
    colours = np.frombuffer(bytes.fromhex(made["colours"]), np.uint8).reshape(256, 3)
    for level in (1, 40, 66, 128, 151, 255):
        score = abs((level - made["zero"]) * made["step"])
        expected = colour(np.full((1, 1), score, np.float32), scale=name)[0, 0]
        np.testing.assert_array_equal(colours[level], expected)
        strength = float(SCALES[name].strength(np.array(score)))
        assert made["strengths"][level] == pytest.approx(strength, abs=1e-3)


@pytest.mark.parametrize("name", ["false-alarm", "deviation"])
def test_levels_reach_past_full_red(name: str) -> None:
    levels = LEVELS[name]
    assert (255 - levels.zero) * levels.step > SCALES[name].values[-1]
    assert levels.top <= (255 - levels.zero) * levels.step


def test_the_bar_is_linear_in_its_score() -> None:
    bar = colour_bar("false-alarm")
    assert bar.stops[0] == (0, "#3b4cc0")
    assert bar.stops[-1] == (100, "#b40426")
    assert bar.ticks == ((0, "0"), (43.33, "1.3 = 5 %"), (66.67, "2 = 1 %"), (100, "3 = 0.1 %"))
