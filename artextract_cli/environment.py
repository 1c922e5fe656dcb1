"""Diagnosis of the environment: versions, devices, engines and broken plugins."""

import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from artextract_cli.plugin.host import plugin_host

# Those whose versions decide which results, engines and plugins to expect: the first questions to
# anyone who reports a problem.
PACKAGES = (
    "artextract",
    "torch",
    "dgl",
    "numpy",
    "numba",
    "scikit-image",
    "typer",
    "pluggy",
)

OPTIONAL = ("torch-geometric", "rawpy")
"""Packages of extras that decide which files can be read or written."""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """Versions, devices, engines and broken plugins of this machine.

    Attributes
    ----------
    system
        Operating system.
    packages
        Versions by name, Python first.
    devices
        Description of each device by name.
    device
        The device that "auto" selects.
    engine
        The message-passing engine that "auto" selects on that device.
    engine_reason
        Why it selects that engine.
    engine_dgl
        Whether the kernels of DGL can be used on that device, or why not.
    broken_plugins
        One sentence for each plugin that cannot be used.
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
    """Inspect versions, devices, message-passing engines and broken plugins.

    Returns
    -------
    Diagnosis
        Versions, devices, engines and broken plugins of this machine.
    """
    # They import torch, which takes seconds: not when this module is imported.
    from artextract_cli.nn.engines.selection import resolve_engine
    from artextract_cli.utils.device import describe_devices, resolve_device
    from artextract_cli.utils.libraries.dgl_compat import why_no_dgl

    device = resolve_device("auto")
    engine = resolve_engine("auto", device)
    reason = why_no_dgl(device)
    dgl = f"usable on {device}" if reason is None else f"not usable on {device}: {reason}"
    return Diagnosis(
        system=platform.platform(),
        packages={"python": sys.version.split()[0]}
        | {name: _version(name) for name in (*PACKAGES, *OPTIONAL)},
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
