"""`artextract doctor`: what is installed, and which engine computes where."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from artextract_cli import console
from artextract_cli.plugin_manager import plugin_host

PACKAGES = ("artextract", "torch", "dgl", "numpy", "numba", "scikit-image", "typer", "pluggy")


def doctor() -> None:
    """Show versions, devices, which message-passing engine is used and why, and broken plugins."""
    from artextract_cli.device import describe_devices, resolve_device
    from artextract_cli.dgl_compat import why_no_dgl
    from artextract_cli.message_passing import resolve_engine

    device = resolve_device("auto")
    engine = resolve_engine("auto", device)
    missing = why_no_dgl(device)
    dgl = f"usable on {device}" if missing is None else f"not usable on {device}: {missing}"
    packages = {"python": sys.version.split()[0]} | {name: _version(name) for name in PACKAGES}
    broken = [str(plugin) for plugin in plugin_host().broken]
    devices = {device.name: device.summary for device in describe_devices()}
    report = {
        "system": platform.platform(),
        "packages": packages,
        "devices": devices,
        "device": str(device),
        "engine": {"name": engine.name, "reason": engine.reason},
        "engine_dgl": dgl,
        "broken_plugins": broken,
    }
    shown = {
        "system": report["system"],
        **packages,
        **devices,
        "device (auto)": str(device),
        "engine (auto)": f"{engine.name}: {engine.reason}",
        "engine dgl": dgl,
        "plugins": "\n".join(broken) or "all load",
    }
    console.emit(report, console.mapping_table("artextract doctor", shown))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
