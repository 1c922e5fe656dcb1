"""Shows what the host knows about this machine."""

import typer

from artextract_cli import diagnosis, emit, mapping_table

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Show versions, devices, which message-passing engine is used and why, and broken plugins."""
    found = diagnosis()
    report = {
        "system": found.system,
        "packages": found.packages,
        "devices": found.devices,
        "device": found.device,
        "engine": {"name": found.engine, "reason": found.engine_reason},
        "engine_dgl": found.engine_dgl,
        "broken_plugins": found.broken_plugins,
    }
    shown = {
        "system": found.system,
        **found.packages,
        **found.devices,
        "device (auto)": found.device,
        "engine (auto)": f"{found.engine}: {found.engine_reason}",
        "engine dgl": found.engine_dgl,
        "plugins": "\n".join(found.broken_plugins) or "all load",
    }
    emit(report, mapping_table("artextract doctor", shown))
