"""Checking the further layers of a scene: damage and size."""

from collections.abc import Iterator

from artextract_cli.errors import InputError
from artextract_cli.scenes.findings import Finding
from artextract_cli.scenes.layers import read_unregistered
from artextract_cli.scenes.reading import check_same_size
from artextract_cli.scenes.scene import SceneFiles


def layer_findings(files: SceneFiles, shape: tuple[int, ...] | None) -> Iterator[Finding]:
    """Findings for layers that cannot be read, or differ from ``shape`` (H, W) if it is known."""
    for layer in files.layers:
        values = None
        try:
            values = read_unregistered(layer)
            if shape is not None:
                check_same_size(layer.path, values.shape, files.rgb, shape)
        except InputError as error:
            yield Finding(
                level="error",
                scene=files.name,
                file=layer.path,
                message=str(error),
                remedy=None if values is None else "register",
            )
