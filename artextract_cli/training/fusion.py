"""Whether the fused score is as good as the best of its parts."""

from collections.abc import Mapping

from artextract_cli.utils.events import warn

# More than seeds differ by: their standard deviation is .001 to .003 (docs/detection.md).
FUSION_TOLERANCE = 0.005  # of AUROC, by which the fused score may fall short without a warning


def check_fusion(quality: Mapping[str, float]) -> None:
    """Warn if the fused score is worse on the validation scenes than one of its parts."""
    if not quality:
        return
    best = max(quality, key=lambda name: quality[name])
    if quality["fused"] < quality[best] - FUSION_TOLERANCE:
        warn(
            f"on the validation scenes, {best} alone has an AUROC of {quality[best]:.3f}, the "
            f"fused score {quality['fused']:.3f}: train for more epochs or on more scenes"
        )
