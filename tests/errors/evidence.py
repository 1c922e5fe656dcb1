"""Error messages of artextract_cli.evidence."""

from collections.abc import Mapping, Sequence

# What no cheap command raises, by the test that provokes it.
ELSEWHERE: Mapping[str, Sequence[str]] = {
    "unit/evaluation/baselines/test_painted_pixels.py::test_a_mask_without_painting_is_refused": (
        "the object mask leaves no pixel of the painting; check the mask",
    ),
    "unit/evidence/test_hidden_image.py::test_without_infrared_it_says_so": (
        "no wavelengths are known, so no band is known to be infrared",
        "no band is above 720 nm, the longest is 650 nm; hidden layers show only in the infrared",
    ),
}
