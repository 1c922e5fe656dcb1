"""What `doctor` reports of this machine."""

import sys

import pytest

from artextract_cli import environment
from artextract_cli.utils.libraries.dgl_compat import load_dgl


def test_versions_and_devices_are_those_of_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PACKAGES", ("numpy", "no-such-distribution"))
    found = environment.diagnosis()
    assert found.packages["python"] == sys.version.split()[0]
    assert found.packages["no-such-distribution"] == "not installed"
    assert found.device in found.devices
    assert found.broken_plugins == []
    if found.device == "cpu":
        is_usable = load_dgl().module is not None
        assert found.engine_dgl.startswith("usable" if is_usable else "not usable")
