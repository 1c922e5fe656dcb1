"""Groups of options: what a command receives for the files and models that users give."""

from pathlib import Path

import numpy as np
import pytest

from artextract_cli.cli.option_groups import Filed, Pair, ScorerChoice, ScorerSetup
from artextract_cli.errors import UsageError
from artextract_cli.imaging.coding import Coding
from tests.helpers.image_files import png


def photograph(path: Path) -> Path:
    png(path, np.zeros((4, 5, 3), np.uint8))
    return path


def test_a_pair_is_absent_only_without_any_file(tmp_path: Path) -> None:
    assert Pair(bands={}).is_absent
    assert not Pair(rgb=tmp_path / "rgb.png", bands={}).is_absent
    assert not Pair(bands={"950": tmp_path / "ir.png"}).is_absent


def test_a_pair_needs_a_photograph_and_a_band(tmp_path: Path) -> None:
    rgb = photograph(tmp_path / "rgb.png")
    assert Pair(rgb=rgb, bands={}).files(Coding()) is None
    assert Pair(bands={"950": rgb}).files(Coding()) is None
    files = Pair(rgb=rgb, bands={"950": rgb}).files(Coding())
    assert files is not None
    assert files.rgb == rgb


def test_a_coding_of_an_unknown_band_is_refused(tmp_path: Path) -> None:
    rgb = photograph(tmp_path / "rgb.png")
    with pytest.raises(UsageError, match="850"):
        Pair(rgb=rgb, bands={"950": rgb}).files(Coding(by_band={"850": "srgb"}))


@pytest.mark.parametrize("group", [ScorerChoice, ScorerSetup])
def test_the_model_none_scores_without_a_model(group: type[ScorerChoice]) -> None:
    scorer = group(model=Path("none"), scorer="residual").open()
    assert type(scorer).__name__ == "ModelFree"


def test_options_about_the_filing_override_its_file(tmp_path: Path) -> None:
    path = tmp_path / "report.yaml"
    path.write_text("title: Lady\ninventory: 12\n")
    filing = Filed(title="Gentleman", date="2026", filing=path).read()
    assert filing.stated == {"title": "Gentleman", "inventory": "12", "date": "2026"}
    assert Filed(notes="x").read().stated == {"notes": "x"}
