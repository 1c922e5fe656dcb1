"""Differences between photograph and bands: distance, angle, attention-weighted distance."""

from collections.abc import Callable, Sequence
from typing import Any

from artextract_cli import NoOptions, Scorer, hookimpl


def _load_distance() -> Callable[[Any, NoOptions], Any]:
    from artextract_distance.scores import euclidean

    return euclidean


def _load_cosine() -> Callable[[Any, NoOptions], Any]:
    from artextract_distance.scores import cosine

    return cosine


def _load_attention() -> Callable[[Any, NoOptions], Any]:
    from artextract_distance.scores import attended

    return attended


@hookimpl
def artextract_scorers() -> Sequence[Scorer]:
    """Three ways to compare embeddings."""
    return [
        Scorer(
            name="distance",
            summary="Euclidean distance between the embeddings of photograph and band.",
            load=_load_distance,
        ),
        Scorer(
            name="cosine",
            summary="One minus the cosine similarity of the embeddings of photograph and band.",
            load=_load_cosine,
        ),
        Scorer(
            name="attention",
            summary="Distance times the attention that the superpixel gives out in both branches.",
            load=_load_attention,
        ),
    ]
