"""Plugins as their authors and users meet them: in an environment of their own."""

import dataclasses
import json
import os
import re
import subprocess
import sysconfig
import venv
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from artextract_cli.plugin.scaffold import new_plugin
from artextract_cli.plugin.specs import KINDS
from artextract_cli.testing.base import HEAVY

ROOT = Path(__file__).parents[2]
EXAMPLES = ("gin", "sage", "lsc", "npz")
READ_CARD = """
import json, sys
from pathlib import Path
from artextract_cli.models.checkpoint import read_card
card = read_card(Path(sys.argv[1]))
print(json.dumps([dict(card.scorer), dict(card.scorer_options)]))
"""
HEAVY_AFTER_DISCOVERY = f"""
import sys
from artextract_cli.plugin.host import plugin_host
plugin_host()
print(sorted(set(sys.modules) & set({HEAVY})))
"""
BROKEN = 'raise SystemExit("no licence")\n'


@dataclass(frozen=True)
class Shell:
    """An environment that finds artextract and what it needs, and a folder to work in."""

    bin: Path
    folder: Path
    env: Mapping[str, str]

    def run(self, *words: object, exit_code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment."""
        program, *rest = map(str, words)
        ran = subprocess.run(
            [self.bin / program if (self.bin / program).exists() else program, *rest],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == exit_code, f"{words}\n{ran.stdout}\n{ran.stderr}"
        assert "Traceback" not in ran.stderr
        return ran

    def plugins(self) -> list[str]:
        """Names of the plugins that are not built in."""
        listed = json.loads(self.run("artextract", "--json", "plugins", "list").stdout)
        return [p["name"] for p in listed["plugins"] if p["distribution"] != "artextract"]


@pytest.fixture(scope="module")
def make_shell(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Shell]:
    def make() -> Shell:
        root = tmp_path_factory.mktemp("shell")
        venv.create(root / "env", symlinks=True)
        (packages,) = (root / "env/lib").glob("python*/site-packages")
        ours = sysconfig.get_paths()["purelib"]
        (packages / "outer.pth").write_text(f"import site; site.addsitedir({ours!r})\n")
        script = root / "env/bin/artextract"
        python = root / "env/bin/python"
        script.write_text(
            f"#!{python}\nfrom artextract_cli.cli.main import main\nmain()\n", encoding="utf-8"
        )
        script.chmod(0o755)
        (root / "work").mkdir()
        env = {
            **{key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
            "PATH": f"{root / 'env/bin'}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(root / "env"),
            "PIP_NO_INDEX": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "HOME": str(root),
        }
        return Shell(root / "env/bin", root / "work", env)

    return make


@pytest.fixture
def shell(make_shell: Callable[[], Shell]) -> Shell:
    return make_shell()


@pytest.mark.slow
def test_a_new_plugin_is_installed_used_and_taken_out(shell: Shell) -> None:
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    dry = shell.run("artextract", "plugins", "install", "./artextract-ring", "--dry-run").stdout
    assert "pip install --constraint" in " ".join(dry.split())
    refused = shell.run("artextract", "plugins", "install", "./artextract-ring", exit_code=2)
    assert "no terminal to confirm" in refused.stderr
    assert shell.plugins() == []
    installed = shell.run(
        "artextract", "--json", "plugins", "install", "./artextract-ring", "--yes"
    )
    assert [p["name"] for p in json.loads(installed.stdout)] == ["ring"]
    assert "-m pip install" in installed.stderr
    assert shell.plugins() == ["ring"]
    assert "region_size" in shell.run("artextract", "plugins", "info", "ring").stdout
    shell.run("artextract", "plugins", "check", "ring")
    shell.run("artextract", "plugins", "install", "./artextract-ring", "--yes")  # once more
    taken = shell.run("artextract", "plugins", "uninstall", "ring", "--yes").stdout
    assert "artextract-ring uninstalled" in taken
    assert shell.plugins() == []
    assert (
        "not an installed plugin"
        in shell.run("artextract", "plugins", "uninstall", "ring", "--yes", exit_code=2).stderr
    )


@pytest.mark.slow
def test_a_plugin_that_does_not_load_is_taken_out_again(shell: Shell) -> None:
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    module = shell.folder / "artextract-ring" / "artextract_ring.py"
    works = module.read_text(encoding="utf-8")
    module.write_text(BROKEN)
    ran = shell.run("artextract", "plugins", "install", "./artextract-ring", "--yes", exit_code=4)
    assert "artextract-ring cannot be loaded: SystemExit: no licence" in ran.stderr
    assert shell.plugins() == []
    assert "artextract-ring" not in shell.run("python", "-m", "pip", "list").stdout
    # The version before comes back only from where it came: here it stays as it is.
    module.write_text(works)
    shell.run("artextract", "plugins", "install", "./artextract-ring", "--yes")
    assert shell.plugins() == ["ring"]


@pytest.mark.slow
def test_many_plugins_are_listed_and_nothing_heavy_is_imported(shell: Shell) -> None:
    site = shell.folder / "site"
    for i in range(20):
        project = new_plugin(f"many{i}", list(KINDS)[i % len(KINDS)], shell.folder)
        info = site / f"artextract_many{i}-1.0.dist-info"
        info.mkdir(parents=True)
        module = f"artextract_many{i}"
        (project / f"{module}.py").rename(site / f"{module}.py")
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: many{i}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[artextract]\nmany{i} = {module}\n")
    many = dataclasses.replace(shell, env={**shell.env, "PYTHONPATH": str(site)})
    assert len(many.plugins()) == 20
    assert many.run("python", "-c", HEAVY_AFTER_DISCOVERY).stdout == "[]\n"


def write_wheel(folder: Path, name: str, version: str, **files: str) -> Path:
    """A wheel of these files, as an index would hold it."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    told = {
        **{f"{module}.py": text for module, text in files.items()},
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in told.items():
            wheel.writestr(inside, text)
        wheel.writestr(f"{info}/RECORD", "".join(f"{inside},,\n" for inside in told))
    return path


@pytest.mark.slow
def test_a_plugin_changes_no_version_of_what_artextract_needs(shell: Shell) -> None:
    write_wheel(shell.folder, "pluggy", "1.5.1", pluggy="")
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    project = shell.folder / "artextract-ring" / "pyproject.toml"
    asked = project.read_text(encoding="utf-8").replace(
        '"artextract>', '"pluggy<1.6", "artextract>'
    )
    project.write_text(asked, encoding="utf-8")
    env = {**shell.env, "PIP_FIND_LINKS": str(shell.folder)}
    asking = dataclasses.replace(shell, env=env)
    ran = asking.run("artextract", "plugins", "install", "./artextract-ring", "--yes", exit_code=4)
    assert "a plugin that requires other versions cannot be installed" in ran.stderr
    assert shell.plugins() == []
    shell.run("artextract", "plugins", "list")
    # By hand it would have been another pluggy, with which nothing works.
    asking.run("python", "-m", "pip", "install", "./artextract-ring")
    assert "Version: 1.5.1" in shell.run("python", "-m", "pip", "show", "pluggy").stdout


@pytest.mark.slow
def test_what_is_no_plugin_is_taken_out_with_all_it_brought(shell: Shell) -> None:
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    project = shell.folder / "artextract-ring" / "pyproject.toml"
    text = project.read_text(encoding="utf-8").replace('"artextract>', '"quill", "artextract>')
    project.write_text(text.replace("entry-points.artextract", "entry-points.artextracts"))
    write_wheel(shell.folder, "quill", "1.0", quill="")
    env = {**shell.env, "PIP_FIND_LINKS": str(shell.folder)}
    asking = dataclasses.replace(shell, env=env)
    ran = asking.run("artextract", "plugins", "install", "./artextract-ring", "--yes", exit_code=4)
    assert "has no plugin (no entry point in the group artextract)" in ran.stderr
    assert "artextract-ring, quill uninstalled again" in ran.stderr
    listed = shell.run("python", "-m", "pip", "list").stdout
    assert "artextract-ring" not in listed
    assert "quill" not in listed


@pytest.mark.slow
def test_what_a_plugin_needs_when_it_is_used_is_missed_at_once(shell: Shell) -> None:
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    module = shell.folder / "artextract-ring" / "artextract_ring.py"
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("    return segment", "    import no_such_module"))
    ran = shell.run("artextract", "plugins", "install", "./artextract-ring", "--yes", exit_code=4)
    assert "superpixels 'ring' of artextract-ring 0.1.0 cannot be loaded" in ran.stderr
    assert "No module named 'no_such_module'" in ran.stderr
    assert "artextract-ring uninstalled again" in ran.stderr
    assert shell.plugins() == []


@pytest.mark.slow
def test_what_was_installed_is_tried_whatever_lies_around(shell: Shell) -> None:
    """Neither limits on plugins nor modules of the working directory hide that it is broken."""
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    module = shell.folder / "artextract-ring" / "artextract_ring.py"
    (shell.folder / "artextract_ring.py").write_text(module.read_text(encoding="utf-8"))
    module.write_text(BROKEN)
    words = ("--no-plugins", "plugins", "install", "./artextract-ring", "--yes")
    ran = shell.run("artextract", *words, exit_code=4)
    assert "artextract-ring cannot be loaded: SystemExit: no licence" in ran.stderr
    assert "artextract-ring uninstalled again" in ran.stderr


@pytest.mark.slow
def test_a_broken_plugin_can_always_be_taken_out(shell: Shell) -> None:
    shell.run("artextract", "plugins", "new", "ring", "--kind", "superpixels")
    (shell.folder / "artextract-ring" / "artextract_ring.py").write_text(BROKEN)
    shell.run("python", "-m", "pip", "install", "--no-deps", "./artextract-ring")
    listed = shell.run("artextract", "plugins", "list")
    line, suggested = listed.stderr.splitlines()
    assert suggested.startswith("next: ")
    assert line == (
        "warning: plugin 'ring' of artextract-ring 0.1.0 cannot be used: SystemExit: no licence"
    )
    assert "broken" in listed.stdout
    ran = shell.run("artextract", "--no-plugins", "plugins", "uninstall", "ring", "--yes")
    assert "cannot be used" not in ran.stderr
    assert "warning" not in shell.run("artextract", "plugins", "list").stderr


@pytest.mark.slow
def test_the_tutorial_works_word_by_word(shell: Shell) -> None:
    text = (ROOT / "docs" / "plugins.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", text, re.M | re.S)
    assert [kind for kind, _, _ in blocks].count("console") == 6
    for kind, file, content in blocks:
        if kind == "console":
            shell.run("bash", "-ec", content)
        elif file:
            (shell.folder / file).write_text(content, encoding="utf-8")
    card = json.loads(shell.run("python", "-c", READ_CARD, "run").stdout)
    origin = {"name": "manhattan", "distribution": "artextract-manhattan", "version": "0.1.0"}
    assert card == [origin, {"power": 1.0, "largest": 3}]
    assert shell.plugins() == ["manhattan"]


@pytest.mark.slow
def test_the_examples_pass_their_tests_once_installed(shell: Shell) -> None:
    projects = [ROOT / "examples" / f"artextract-{name}" for name in EXAMPLES]
    for name, project in zip(EXAMPLES, projects, strict=True):
        lines = (project / f"artextract_{name}.py").read_text(encoding="utf-8").splitlines()
        assert len(lines) <= 75
        assert len([line for line in lines if line.strip()]) <= 60
    shell.run("python", "-m", "pip", "install", "--no-deps", *projects)
    tests = [project / "tests" for project in projects]
    shell.run("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests)
    assert sorted(set(shell.plugins())) == sorted(EXAMPLES)
    data = ("paintings", "--train", 3, "--val", 1, "--size", 48)
    shell.run("artextract", "data", "simulate", *data)
    shell.run(
        "artextract", "graph", "build", "paintings", "--out", "graphs", "--superpixels", "lsc"
    )
    shell.run("artextract", "train", "graphs", "--out", "run", "--backbone", "sage", "--epochs", 1)
    shell.run("artextract", "infer", "paintings", "--model", "run", "--out", "results")
    shell.run("artextract", "plugins", "uninstall", "sage", "--yes")
    said = shell.run(
        "artextract", "infer", "paintings", "--model", "run", "--out", "others", exit_code=4
    ).stderr
    assert "install it with `artextract plugins install artextract-sage==0.1.0`" in said
