"""Settings of simulated scenes."""

import pytest

from artextract_cli.errors import UsageError
from artextract_cli.simulate import SceneSettings


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"size": 4}, "size"),
        ({"size": (64, 5000)}, "size"),
        ({"wavelengths": ()}, "wavelengths"),
        ({"wavelengths": (2000.0,)}, "1100"),
        ({"wavelengths": (650.0, 650.0)}, "differ"),
        ({"kinds": ("ghost",)}, "ghost"),
        ({"noise": -1.0}, "noise"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, named):
    with pytest.raises(UsageError, match=named):
        SceneSettings(**changes)
