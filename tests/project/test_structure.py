"""What the sources may import, and what they must not do."""

import ast
import fnmatch
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import artextract_cli
from artextract_cli.errors import InputError
from artextract_cli.plugin import hookspecs
from artextract_cli.plugin.host import plugin_host
from artextract_cli.plugin.specs import KINDS
from artextract_cli.utils.yaml import read_yaml
from tests.helpers.imports import HEAVY

PACKAGE = Path(artextract_cli.__file__).parent
PLUGINS = PACKAGE.parent / "plugins"
TESTS = PACKAGE.parent / "tests"

LONGEST = 300  # lines of a module
LARGEST = 15  # modules of a folder


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def module_name(path: Path) -> str:
    """The dotted name below the package: ``scene``, ``commands.train``, ``__init__``."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sources(PACKAGE)}


def own_imports(path: Path) -> Iterator[str]:
    """Modules of this package that a module imports, at its top or inside its functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (known_module(name) for name in names if name.split(".")[0] == PACKAGE.name)


def known_module(name: str) -> str:
    """The module that ``artextract_cli.a.b`` is, or that holds it."""
    below = name.removeprefix(PACKAGE.name).lstrip(".")
    while below and below not in MODULES:
        below = below.rpartition(".")[0]
    return below or "__init__"


def test_modules_are_short_and_folders_small() -> None:
    long = {
        str(path): n
        for path in sources(PACKAGE, PLUGINS)
        if (n := len(path.read_bytes().split(b"\n"))) > LONGEST + 1
    }
    assert long == {}
    folders = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in MODULES.values())
    assert {folder: n for folder, n in folders.items() if n > LARGEST + 1} == {}


# Modules without a test file of their own, and why.
WITHOUT_TEST_FILE = {
    "simulate/measured/*": "a frozen world: test_scene.py compares whole scenes",
    "simulate/random_worlds/*": "a frozen world, as above",
    "simulate/workshop/*": "a frozen world, as above",
    "cli/commands/*": "commands parse, call and print: tests/e2e runs each of them",
    "cli/demo_*.py": "run by tests/e2e/test_main_job.py",
    "nn/engines/numba_loops.py": "the loops of numba_engine, whose tests run them",
    "plugin/hookspecs.py": "every hook is documented and used, see below",
    **dict.fromkeys(
        [
            *("_typing.py", "models/card.py", "nn/choices.py", "pipelines/training_task.py"),
            "plugin/protocols.py",
            *("simulate/conditions.py", "simulate/styles/manner.py", "simulate/world.py"),
        ],
        "types without behaviour",
    ),
}


def mirror_of(path: Path) -> Path:
    """The test file of a module; that of ``__main__`` is test_main.py."""
    return TESTS / "unit" / path.relative_to(PACKAGE).with_name(f"test_{path.stem.strip('_')}.py")


def test_every_module_has_a_test_file_of_its_name() -> None:
    missing = [
        path.relative_to(PACKAGE).as_posix()
        for path in MODULES.values()
        if path.name != "__init__.py" and not mirror_of(path).exists()
    ]
    excepted = {each: fnmatch.filter(missing, each) for each in WITHOUT_TEST_FILE}
    assert sorted(set(missing).difference(*excepted.values())) == []
    assert [each for each, paths in excepted.items() if not paths] == []


def test_no_test_module_imports_another() -> None:
    """What tests share stands in tests/helpers."""
    assert [
        f"{path.relative_to(TESTS)} imports {name}"
        for path in sources(TESTS)
        for name in imported_tests(path)
        if name.rpartition(".")[2].startswith(("test_", "conftest"))
    ] == []


def imported_tests(path: Path) -> Iterator[str]:
    """Modules below tests/ that a file imports from, and the names it takes from them."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "tests":
            yield str(node.module)
            if node.module in ("tests", "tests.unit", "tests.e2e"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_no_module_imports_itself_through_others() -> None:
    imports = {name: set(own_imports(path)) - {name} for name, path in MODULES.items()}
    assert len(list(TopologicalSorter(imports).static_order())) == len(MODULES)


def test_commands_are_short_and_take_few_parameters_of_their_own() -> None:
    for path in (PACKAGE / "cli" / "commands").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 40, f"{path}: {node.name}"
                parameters = [*node.args.args, *node.args.kwonlyargs]
                assert len(parameters) <= 7, f"{path}: {node.name}"


def test_settings_import_neither_torch_nor_typer() -> None:
    modules = ("pipelines.settings", "graphs.recipe", "visualization.settings")
    names = ", ".join(f"{PACKAGE.name}.{module}" for module in modules)
    code = f"import sys, {names}; print(*{{n.split('.')[0] for n in sys.modules}})"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(ran.stdout.split()) & {"typer", *HEAVY} == set()


def test_plugins_know_only_public_names() -> None:
    for path in sources(PLUGINS):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith(PACKAGE.name):
                assert node.module == PACKAGE.name, f"{path} imports from {node.module}"
                assert {alias.name for alias in node.names} <= {*artextract_cli.__all__}
            if isinstance(node, ast.Import):
                assert not any(alias.name.startswith(PACKAGE.name) for alias in node.names)


def test_the_host_imports_no_plugin_by_name() -> None:
    plugins = {path.name for path in PLUGINS.iterdir() if path.is_dir()}
    assert {"artextract_slic", "artextract_gat"} <= plugins
    for path in MODULES.values():
        text = path.read_text(encoding="utf-8")
        assert not [name for name in plugins if name in text], path


def test_every_hook_is_documented_and_used_by_a_built_in() -> None:
    hooks = {name for name in vars(hookspecs) if name.startswith("artextract_")}
    assert hooks == {f"artextract_{kind}" for kind in KINDS}
    for kind in KINDS:
        documentation = getattr(hookspecs, f"artextract_{kind}").__doc__
        built_in = [p for p in plugin_host().of_kind(kind) if p.distribution == "artextract"]
        assert built_in
        for plugin in built_in:
            assert plugin.spec.name in documentation


def test_public_names_exist() -> None:
    assert sorted(artextract_cli.__all__) == sorted(set(artextract_cli.__all__))
    for name in artextract_cli.__all__:
        assert getattr(artextract_cli, name) is not None


UNSAFE_MODULES = {"pickle", "marshal", "joblib", "shelve", "dill", "cloudpickle"}
UNSAFE_CALLS = {
    *("eval", "exec", "os.system", "os.popen", "yaml.full_load", "yaml.unsafe_load"),
    *("dgl.load_graphs", "torch.jit.load", "torch.hub.load", "pd.read_pickle"),
}


def unsafe(node: ast.AST) -> bool:
    """Whether this is code by which a file could run code."""
    if isinstance(node, ast.Import):
        return any(alias.name.split(".")[0] in UNSAFE_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        module = (node.module or "").split(".")[0]
        harmless = {alias.name for alias in node.names} == {"UnpicklingError"}
        return module in UNSAFE_MODULES and not harmless
    if not isinstance(node, ast.Call):
        return False
    called = ast.unparse(node.func)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in node.keywords}
    return (
        called in UNSAFE_CALLS
        or given.get("shell", "False") != "False"
        or given.get("allow_pickle", "False") != "False"
        or (called == "np.load" and "allow_pickle" not in given)
        or (called == "torch.load" and given.get("weights_only") != "True")
        or (called == "yaml.load" and given.get("Loader") != "_Loader")
    )


@pytest.mark.parametrize(
    "line",
    [
        *("import pickle", "from pickle import loads", "np.load(p, allow_pickle=True)"),
        *("np.load(p)", "torch.load(p, weights_only=False)", "torch.load(p)", "eval(x)"),
        *("import shelve", "os.system(x)", "run(x, shell=True)", "torch.jit.load(p)"),
        *("yaml.load(t, Loader=yaml.Loader)", "yaml.unsafe_load(t)", "dgl.load_graphs(p)"),
    ],
)
def test_unsafe_lines_are_recognised(line: str) -> None:
    assert any(unsafe(node) for node in ast.walk(ast.parse(line)))


def test_no_file_that_is_read_can_run_code() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in sources(PACKAGE, PLUGINS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if unsafe(node)
    ]
    assert found == []


def test_a_description_cannot_run_code(tmp_path: Path) -> None:
    path = tmp_path / "dataset.yaml"
    path.write_text(f"notes: !!python/object/apply:os.mkdir [{tmp_path / 'made'}]\n")
    with pytest.raises(InputError, match="could not determine a constructor"):
        read_yaml(path)
    assert not (tmp_path / "made").exists()


PROBE = """
import json, sys
from artextract_cli.cli.main import app, hoist_global_flags
codes = []
for words in json.loads(sys.argv[1]):
    try:
        app(args=hoist_global_flags(words), prog_name="artextract")
    except SystemExit as error:
        codes.append(error.code)
sys.stderr.write(json.dumps([codes, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def imported_by(*commands: list[str]) -> set[str]:
    """Top-level modules that are loaded after these commands in a fresh process."""
    ran = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(commands)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"ARTEXTRACT_PLUGINS": ""},
    )
    codes, modules = json.loads(ran.stderr.splitlines()[-1])
    assert codes == [0] * len(commands)
    return set(modules)


def test_help_and_lists_import_nothing_heavy() -> None:
    loaded = imported_by(
        ["--help"],
        ["graph", "build", "--help"],
        ["train", "--help"],
        ["data", "import", "--help"],
        ["doctor", "--help"],
        ["plugins", "list"],
    )
    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_building_graphs_imports_neither_torch_nor_dgl(dataset: Path, tmp_path: Path) -> None:
    loaded = imported_by(["graph", "build", str(dataset), "--out", str(tmp_path / "g"), "-q"])
    assert "numba" in loaded
    assert loaded & {"torch", "dgl", "matplotlib", "sklearn", "pandas"} == set()
