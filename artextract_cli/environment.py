"""What is installed, which devices there are, and which engine computes where."""

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from artextract_cli.plugin.host import plugin_host

PACKAGES = ("artextract", "torch", "dgl", "numpy", "numba", "scikit-image", "typer", "pluggy")


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """How well this machine is prepared.

    Attributes
    ----------
    system
        Operating system.
    packages
        Versions by name, that of Python first.
    devices
        What each device is, by its name.
    device
        The device that "auto" takes.
    engine
        The engine of message passing that "auto" takes there.
    engine_reason
        Why it takes that engine.
    engine_dgl
        Whether DGL's kernels can be used there, or why not.
    broken_plugins
        One sentence for each plugin that was left out.
    """

    system: str
    packages: dict[str, str]
    devices: dict[str, str]
    device: str
    engine: str
    engine_reason: str
    engine_dgl: str
    broken_plugins: list[str]


def diagnosis() -> Diagnosis:
    """Inspect versions, devices, engines of message passing, and broken plugins.

    Returns
    -------
    Diagnosis
        How well this machine is prepared.
    """
    from artextract_cli.nn.engines.dgl_compat import why_no_dgl
    from artextract_cli.nn.engines.selection import resolve_engine
    from artextract_cli.utils.device import describe_devices, resolve_device

    device = resolve_device("auto")
    engine = resolve_engine("auto", device)
    missing = why_no_dgl(device)
    dgl = f"usable on {device}" if missing is None else f"not usable on {device}: {missing}"
    return Diagnosis(
        system=platform.platform(),
        packages={"python": sys.version.split()[0]} | {name: _version(name) for name in PACKAGES},
        devices={device.name: device.summary for device in describe_devices()},
        device=str(device),
        engine=engine.name,
        engine_reason=engine.reason,
        engine_dgl=dgl,
        broken_plugins=[str(plugin) for plugin in plugin_host().broken],
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
