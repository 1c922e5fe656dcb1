from artextract_cli.preprocessing.flatten_dataset import FlattenedPicture


def row(**changes: float) -> FlattenedPicture:
    sound = {"weakest": 0.6, "dark": 0.0, "disagreement": 0.02}
    return FlattenedPicture(scene="s", band="950", **sound | changes)


def test_what_is_doubted() -> None:
    assert row().doubt is None
    assert row(dark=0.5).doubt == "50% of it is broad dark areas, which may be dark paint"
    assert row(weakest=0.2).doubt == "the illumination would fall to 20% of its maximum"
    assert row(disagreement=0.3).doubt == "estimates from parts of the image differ by 30%"
