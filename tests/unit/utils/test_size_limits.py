from pathlib import Path

import pytest

from artextract_cli.errors import InputError, UsageError
from artextract_cli.utils.size_limits import DEFAULT_MAX_PIXELS, check_claim, max_pixels


def test_the_environment_sets_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ARTEXTRACT_MAX_PIXELS", raising=False)
    assert max_pixels() == DEFAULT_MAX_PIXELS
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", "100")
    check_claim(Path("a.png"), "10 × 10 pixels", 100)
    with pytest.raises(InputError, match=r"a\.png claims 101 pixels, but only 1 to 100 pixels"):
        check_claim(Path("a.png"), "101 pixels", 101)
    with pytest.raises(InputError, match="claims none"):
        check_claim(Path("a.png"), "none", 0)


@pytest.mark.parametrize("text", ["", "0", "-1", "1e9", "two", "²"])
def test_a_limit_that_is_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("ARTEXTRACT_MAX_PIXELS", text)
    with pytest.raises(UsageError, match="ARTEXTRACT_MAX_PIXELS must be a positive whole number"):
        max_pixels()
