"""The description of a scored scene."""

import dataclasses
import json

import numpy as np

from artextract_cli.results.description import describe, origins
from artextract_cli.results.regions import STRONG_LEVEL
from artextract_cli.utils.checksums import file_digest


def test_shares_are_those_of_the_painting(scored) -> None:
    """Of four painted pixels one scores above the strong level, and one is blue."""
    files, scene, scores, model = scored
    heatmap = np.full(scene.shape, np.nan, np.float32)
    heatmap[20, 20:24] = STRONG_LEVEL, STRONG_LEVEL - 0.01, 1.5, 1.0
    description = describe(files, scene, scores, model, heatmap)
    assert description["share_above_1_percent_false_alarms"] == 0.25
    assert description["share_blue"] == 0.25
    assert description["shape"] == [40, 48]
    assert description["n_superpixels"] == scores.labels.max() + 1


def test_missing_parts_are_null(scored) -> None:
    files, scene, scores, model = scored
    bare = dataclasses.replace(
        scores, distances=None, similarities=None, masking=None, whole=None, adaptation=None
    )
    description = describe(files, scene, bare, model, np.ones(scene.shape, np.float32))
    missing = {name for name, value in description.items() if value is None}
    assert missing >= {
        *("euclidean_distance", "cosine_similarity", "masking_effect", "image_level"),
        *("adaptation", "signs"),
    }
    json.dumps(description)


def test_every_source_is_recorded_with_its_checksum(scored) -> None:
    files, scene, _, model = scored
    recorded = origins(files, model)
    assert recorded["photograph"]["sha256"] == file_digest(files.rgb)
    assert recorded["object_mask"]["sha256"] == file_digest(files.mask)
    assert [band["id"] for band in recorded["bands"]] == list(scene.band_ids)
    assert [band["sha256"] for band in recorded["bands"]] == [*map(file_digest, files.bands)]
    assert recorded["model"]["sha256"] == model.digest
    unmasked = origins(dataclasses.replace(files, mask=None), model)
    assert unmasked["object_mask"] is None
