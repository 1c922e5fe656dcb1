"""Error messages of artextract_cli.cli."""

from collections.abc import Mapping

from artextract_cli.cli.commands import data as data_commands
from artextract_cli.cli.commands import plugins as plugin_commands
from artextract_cli.cli.data_options import Importing
from artextract_cli.imaging.coding import Coding
from artextract_cli.plugin import conformance
from tests.errors.row import (
    BAND,
    BUILD,
    INFER,
    NET,
    ONE,
    PAIR,
    Row,
    drop,
    importing_by,
    instead,
    put,
)

FAILED = {"kind": "scorers", "plugin": "toy", "check": "x", "state": "failed", "why": "x"}


ROWS = [
    Row(3, "…/c.yaml: train.rate is not a known option; choose from: …",
        "--config {here}/c.yaml doctor",
        put("c.yaml", "train: {rate: 1}")),
    Row(3, "…/c.yaml: trains is not a known command; choose from: …",
        "--config {here}/c.yaml doctor",
        put("c.yaml", "trains: {rate: 1}")),
    Row(3, "…/c.yaml: train must contain keys and values", "--config {here}/c.yaml doctor",
        put("c.yaml", "train: 3")),
    Row(3, "…/data has an error, listed above", "data check {here}/data", drop(BAND)),
    Row(2, "--certificates belong to a cluster: give --cluster too",
        BUILD + " --certificates {here}/run"),
    Row(2, "--max-memory takes an amount such as 4GB or 800MB; got 'much'",
        BUILD + " --max-memory much"),
    Row(2, "--coding takes each of photograph, bands or one band once, with linear, srgb or gamma "
        "X with X from 1 to 4, such as bands=srgb; got 'bands=rec709'",
        BUILD + " --coding bands=rec709"),
    Row(2, "--grey takes X,Y,WIDTH,HEIGHT in pixels, such as 40,60,30,20; got '4,6'",
        "data colour {here}/data --out {new} --grey 4,6"),
    Row(2, "give both --white and --dark, or --blind without them",
        "data calibrate {here}/data --out {new} --blind --white {here}/data"),
    Row(2, "--wavelengths takes comma-separated numbers in nm, such as 420,850; got 'red'",
        BUILD + " --wavelengths red"),
    Row(2, "--seeds takes distinct comma-separated numbers, such as 0,1,2; got '1,1'",
        NET + "--seeds 1,1"),
    Row(2, "--jobs trains several seeds at a time: add --seeds; for one model, use --processes",
        NET + "--jobs 2"),
    Row(2, "--out / has no name to append seeds to: give a folder, such as run",
        "train {here}/graphs --out / --seeds 0,1"),
    Row(2, "give either a dataset folder, or --rgb FILE with --band NM=FILE",
        "infer --model {here}/run --out {new}"),
    Row(2, "--finish puts all shards together: omit --shard", INFER + " --finish --shard 1/2"),
    Row(2, "--band takes each band once as NM=FILE, such as 950=ir.tif; got 'ir.tif'",
        ONE + "ir.tif"),
    Row(2, "give either a results directory, or --rgb FILE with --band NM=FILE", "visualize pair"),
    Row(2, "--expect requires --rgb and --band; for results give it to `infer`",
        PAIR + "--expect dark"),
    Row(2, "…/run is not empty: choose another --out", "demo --out {here}/run"),
    Row(2, "unknown plugin 'absent'; choose from: …", "plugins info absent"),
    Row(1, "toy fails 1 of 1 checks, listed above",
        lambda here: instead(conformance, "check_plugin", lambda plugin: [FAILED],
                             lambda: plugin_commands.check("toy"))),
    Row(1, "toy fails 1 checks, the first: x: x; run `artextract plugins check toy`",
        lambda here: instead(conformance, "check_plugin", lambda plugin: [FAILED],
                             lambda: plugin_commands.try_("toy"))),
    Row(2, "no terminal to confirm '…': add --yes or --dry-run", "plugins install absent"),
    Row(3, "the importer toy found no scenes in …", lambda here: importing_by(
        [], lambda: data_commands.imported_scenes(
            "toy", here / "data", here / "new", Importing(coding=Coding())))),
]  # fmt: skip

# Errors that pass on a sentence from elsewhere, and what that is.
PASSED_ON: Mapping[str, str] = {
    "artextract_cli/cli/commands/plugins.py:install": (
        "why a plugin is unusable, and what is rolled back"
    ),
}
