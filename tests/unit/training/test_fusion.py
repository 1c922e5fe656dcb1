"""Whether the fused score is used."""

import pytest

from artextract_cli.training import fusion


@pytest.mark.parametrize(
    ("quality", "said"),
    [
        ({}, None),
        ({"fused": 0.9, "network": 0.7, "residual": 0.8}, None),
        ({"fused": 0.797, "network": 0.7, "residual": 0.8}, None),
        ({"fused": 0.7, "network": 0.7, "residual": 0.8}, "residual alone has an AUROC of 0.800"),
    ],
)
def test_a_fused_score_that_loses_is_not_hushed_up(
    quality: dict[str, float], said: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    fusion.check_fusion(quality)
    heard = capsys.readouterr().err
    assert said in heard if said else heard == ""
