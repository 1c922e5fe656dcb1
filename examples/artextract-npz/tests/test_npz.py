from pathlib import Path

import numpy as np
from artextract_npz import artextract_commands, artextract_importers

from artextract_cli import Capture
from artextract_cli.testing import CommandTests, ImporterTests


class TestImporter(ImporterTests):
    spec = artextract_importers()

    def write(self, folder: Path, capture: Capture) -> Path:
        path = folder / f"{capture.name}.npz"
        wavelengths = np.array(capture.wavelengths, float)
        np.savez(path, cube=capture.bands, wavelengths=wavelengths, rgb=capture.rgb)
        return folder


class TestCommand(CommandTests):
    spec = artextract_commands()
