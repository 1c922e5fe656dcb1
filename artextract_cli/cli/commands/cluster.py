"""`artextract cluster`: prepare a cluster of Dask for `--cluster`."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from artextract_cli.cli import console
from artextract_cli.cli.help.layout import HelpCommand, HelpGroup
from artextract_cli.utils.events import command_line

app = typer.Typer(cls=HelpGroup, no_args_is_help=True, help="Prepare a cluster for --cluster.")


@app.command(cls=HelpCommand)
def certificates(
    out: Annotated[Path, typer.Argument(help="New folder for the certificates.")],
    days: Annotated[
        int,
        typer.Option(
            min=1, max=3650, help="Days for which they are valid.", rich_help_panel="Output"
        ),
    ] = 365,
) -> None:
    """Create the TLS certificates of a cluster of Dask and of its clients.

    Whoever holds a private key (*-key.pem) can run code on the cluster: keep them in a folder that
    only you can read.
    """
    from artextract_cli.utils.parallel.certificates import (
        NODE,
        certificates_in,
        create_certificates,
    )

    create_certificates(out, days=days)
    node = certificates_in(out.resolve(), NODE)
    tls = ("--tls-ca-file", node.authority, "--tls-cert", node.certificate, "--tls-key", node.key)
    # The pages about the work are for this machine only.
    common = ("--scheduler-file", "scheduler.json", "--dashboard-address", "127.0.0.1:0", *tls)
    words = shlex.join(map(str, common))
    scheduler = f"dask scheduler --protocol tls {words}"
    worker = f"dask worker --nthreads 1 {words}"
    infer = command_line(
        *("infer", "DATASET", "--cluster", "scheduler.json", "--certificates", out)
    )
    console.emit(
        {"certificates": out, "scheduler": scheduler, "worker": worker},
        [f"certificates in {out}, valid for {days} days", scheduler, worker, infer],
    )
    console.suggest_line(scheduler)
