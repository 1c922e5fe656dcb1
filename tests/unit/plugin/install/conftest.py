"""Environments that are not the one of the tests."""

from pathlib import Path

import pytest

from artextract_cli.plugin.install.environment import Environment


@pytest.fixture
def plain(tmp_path: Path) -> Environment:
    return Environment(
        prefix=tmp_path / "env", python=tmp_path / "env/bin/python", has_pip=True, is_managed=False
    )
