"""The command that shows the diagnosis of the environment."""

import typer

from artextract_cli import diagnosis, emit, mapping_table, suggest

app = typer.Typer()


@app.command()
def doctor() -> None:
    """Show versions, devices, the message-passing engine and why, and broken plugins."""
    result = diagnosis()
    report = {
        "system": result.system,
        "packages": result.packages,
        "devices": result.devices,
        "device": result.device,
        "engine": {"name": result.engine, "reason": result.engine_reason},
        "engine_dgl": result.engine_dgl,
        "broken_plugins": result.broken_plugins,
    }
    # The table is for reading, so groups are flattened; JSON keeps them.
    rows = {
        "system": result.system,
        **result.packages,
        **result.devices,
        "device (auto)": result.device,
        "engine (auto)": f"{result.engine}: {result.engine_reason}",
        "engine dgl": result.engine_dgl,
        "plugins": "\n".join(result.broken_plugins) or "all loaded",
    }
    emit(report, mapping_table("artextract doctor", rows))
    # A broken plugin is listed with its distribution, which `plugins uninstall` removes.
    suggest("plugins", "list") if result.broken_plugins else suggest("demo", "--out", "demo")
