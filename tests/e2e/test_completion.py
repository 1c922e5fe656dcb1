"""What real shells make of <Tab>: a line is typed, and the words that the program got are read."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pexpect = pytest.importorskip("pexpect")

SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], "source {script}"),
    "zsh": (["-f", "-i"], "autoload -U compinit; compinit -u -D; source {script}"),
    "fish": (["--no-config", "-i"], "source {script}"),
}
# Completes as the real program does; called, it notes its words, one a line.
PROGRAM = """#!/bin/sh
if [ -n "$_ARTEXTRACT_COMPLETE" ]; then exec {python} -m artextract_cli "$@"; fi
printf '%s\\n' "$@" > words
echo no""ted
"""
Typed = Callable[[str, str], list[str]]


@pytest.fixture
def typed(tmp_path: Path) -> Typed:
    """The words of a line typed into a shell, in which \\t is the key <Tab>."""
    program = tmp_path / "bin" / "artextract"
    program.parent.mkdir()
    program.write_text(PROGRAM.format(python=sys.executable))
    program.chmod(0o755)

    def type_line(shell: str, line: str) -> list[str]:
        if shutil.which(shell) is None:
            pytest.skip(f"{shell} is not installed")
        env = os.environ | {
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "TERM": "dumb",
        }
        (tmp_path / "words").unlink(missing_ok=True)
        source = {"_ARTEXTRACT_COMPLETE": f"source_{shell}"}
        with (tmp_path / "script").open("w") as script:
            subprocess.run([program], env=env | source, stdout=script, check=True)
        words, load = SHELLS[shell]
        child = pexpect.spawn(shell, words, env=env, cwd=str(tmp_path), timeout=60, echo=False)
        child.sendline(load.format(script=tmp_path / "script") + "; echo re''ady")
        child.expect("ready")
        child.sendline(line)
        child.expect("noted")
        child.close(force=True)
        return (tmp_path / "words").read_text().splitlines()

    return type_line


@pytest.mark.slow
@pytest.mark.parametrize("shell", SHELLS)
def test_tab_completes_names_keys_and_values(typed: Typed, shell: str, tmp_path: Path) -> None:
    scene = tmp_path / "results" / "Leda & the swän" / "scene.json"
    scene.parent.mkdir(parents=True)
    scene.write_text('{"bands": [{"id": "950"}]}')
    line = "artextract train --backbone gcn -o norm=la\t -o objective.mar\t2 --seed 1"
    words = [
        "train",
        "--backbone",
        "gcn",
        "-o",
        "norm=layer",
        "-o",
        "objective.margin=2",
        "--seed",
        "1",
    ]
    assert typed(shell, line) == words
    assert typed(shell, "artextract report results --scene Le\t --no-bands") == [
        *("report", "results", "--scene", "Leda & the swän", "--no-bands")
    ]
