"""The public names: light, complete, typed, and documented with every parameter."""

import ast
import dataclasses
import importlib.util
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import artextract_cli
from artextract_cli.cli.main import app

ROOT = Path(artextract_cli.__file__).parents[1]
STUB = Path(artextract_cli.__file__).with_suffix(".pyi")
PAGE = ROOT / "docs" / "python.md"
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)

COMMANDS = {
    "adapt": {"adapt_to_dataset"},
    "data calibrate": {"calibrate_dataset", "flatten_dataset"},
    "data check": {"check_dataset"},
    "data colour": {"colour_dataset"},
    "data import": {"import_dataset"},
    "data mask": {"mask_dataset"},
    "data register": {"register_dataset"},
    "data simulate": {"simulate_dataset", "SceneSettings", "PALETTES"},
    "doctor": {"diagnosis"},
    "evaluate": {"evaluate", "summarize_evaluation", "measure_robustness", "draw_evaluation"},
    "examine": {"examine"},
    "export crate": {"export_crate", "Author", "Filing"},
    "export images": {"export_images"},
    "export inputs": {"export_inputs"},
    "export model": {"export_model"},
    "export iiif": {"export_iiif"},
    "graph build": {"build_dataset", "GraphRecipe"},
    "graph export": {"export_graph"},
    "graph inspect": {"load_graphs"},
    "infer": {"open_scorer", "infer_dataset", "infer_scenes", "pair_files"},
    "models list": {"list_models"},
    "models show": {"written_card"},
    "plugins check": {"check_plugin"},
    "plugins try": {"try_plugin"},
    "plugins info": {"list_plugins"},
    "plugins list": {"list_plugins", "diagnosis"},
    "cluster certificates": {"create_certificates"},
    "plugins new": {"new_plugin"},
    "report": {"write_report"},
    "train": {"settings_for", "train", "read_metrics"},
    "visualize embedding": {"draw_embedding"},
    "visualize graph": {"draw_graph"},
    "visualize loss": {"draw_loss"},
    "visualize pair": {"draw_pair", "find_scene"},
    "visualize pyramid": {"write_pyramid"},
}
WITHOUT = {
    "demo": "is made of the other commands",
    "plugins install": "pip does it",
    "plugins uninstall": "pip does it",
}
# Constants have no docstring, and `hookimpl` is pluggy's.
NAMES = [
    name
    for name in artextract_cli.__all__
    if name not in ("__version__", "hookimpl") and not name.isupper()
]


def functions_of(name: str) -> list[Any]:
    """The function of that name, or the public methods of the data class, which users call."""
    value = getattr(artextract_cli, name)
    if inspect.isroutine(value):
        return [value]
    return [
        member
        for member_name, member in vars(value).items()
        if dataclasses.is_dataclass(value)
        and inspect.isfunction(member)
        and not member_name.startswith("_")
    ]


def described(documented: Any, section: str) -> set[str]:
    """The names that a section of a docstring lists: ``a`` or ``a, b``, before indented text."""
    text = inspect.getdoc(documented) or ""
    _, _, rest = text.partition(f"{section}\n{'-' * len(section)}\n")
    names: set[str] = set()
    for line, below in pairwise([*rest.splitlines(), ""]):
        if below.startswith("---"):
            break
        if line and not line.startswith(" ") and below.startswith("    "):
            names |= {name.strip() for name in line.partition(" : ")[0].split(",")}
    return names


def commands(group: Any, prefix: str = "") -> Iterator[str]:
    for name in group.list_commands(None):
        command = group.get_command(None, name)
        if hasattr(command, "commands"):
            yield from commands(command, f"{prefix}{name} ")
        else:
            yield f"{prefix}{name}"


def test_every_command_has_its_public_functions() -> None:
    assert {*commands(get_command(app))} == COMMANDS.keys() | WITHOUT.keys()
    assert set().union(*COMMANDS.values()) <= {*artextract_cli.__all__}


def test_the_stub_says_where_every_name_is_defined() -> None:
    tree = ast.parse(STUB.read_text(encoding="utf-8"))
    imported = {
        (node.module, alias.name)
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    assert {name for _, name in imported} == {*artextract_cli.__all__} - {"__version__"}
    for module, name in imported:
        defined = getattr(importlib.import_module(module or ""), name)
        assert defined is getattr(artextract_cli, name), (module, name)
    listed = next(ast.literal_eval(n.value) for n in tree.body if isinstance(n, ast.Assign))
    assert sorted(listed) == sorted(artextract_cli.__all__)


def test_dir_shows_every_name() -> None:
    assert {*artextract_cli.__all__} <= {*dir(artextract_cli)}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'superpixls'"):
        artextract_cli.superpixls  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, artextract_cli; print(sorted({'numba', 'torch', 'scipy'} & {*sys.modules}))"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_results_have_types_and_are_described(name: str) -> None:
    for function in functions_of(name):
        signature = inspect.signature(function)
        parameters = {k: p for k, p in signature.parameters.items() if k != "self"}
        assert described(function, "Parameters") == {*parameters}, function
        assert all(p.annotation is not p.empty for p in parameters.values()), function
        assert signature.return_annotation is not signature.empty, function


@pytest.mark.parametrize("name", NAMES)
def test_results_of_functions_are_described(name: str) -> None:
    function = getattr(artextract_cli, name)
    if inspect.isroutine(function):
        returned = inspect.signature(function).return_annotation
        text = inspect.getdoc(function) or ""
        gives_nothing = returned in (None, "None") or "Iterator[None]" in str(returned)
        assert gives_nothing or "Returns\n-------" in text or "Yields\n------" in text


@pytest.mark.parametrize("name", NAMES)
def test_fields_and_members_of_classes_are_described(name: str) -> None:
    kind = getattr(artextract_cli, name)
    if not inspect.isclass(kind):
        return
    assert inspect.getdoc(kind)
    if dataclasses.is_dataclass(kind):
        fields = {field.name for field in dataclasses.fields(kind) if field.name[0] != "_"}
        assert described(kind, "Attributes") == fields
    if "forward" in vars(kind):
        assert described(kind, "Parameters") == {*inspect.signature(kind).parameters}
    for member_name, member in vars(kind).items():
        is_shown = inspect.isfunction(member) or isinstance(member, property)
        assert member_name[0] == "_" or not is_shown or inspect.getdoc(member), member_name


def test_the_page_lists_every_name() -> None:
    text = PAGE.read_text(encoding="utf-8")
    missing = [name for name in artextract_cli.__all__ if not re.search(rf"\b{name}\b", text)]
    assert missing == []


def test_names_and_arguments_of_the_examples_exist() -> None:
    blocks = PYTHON.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) >= 6
    for block in blocks:
        tree = ast.parse(block)
        imported = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "artextract_cli"
            for alias in node.names
        }
        assert imported <= {*artextract_cli.__all__}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "id", None) in imported:
                signature = inspect.signature(getattr(artextract_cli, node.func.id))
                given = {keyword.arg: None for keyword in node.keywords}
                signature.bind(*node.args, **given)


TYPED = """
import artextract_cli
from pathlib import Path

reveal_type(artextract_cli.open_dataset(Path()).scenes[0])
reveal_type(artextract_cli.evaluate([Path()], Path()))
reveal_type(artextract_cli.coded_rgb)
reveal_type(artextract_cli.rgb_weights)
reveal_type(artextract_cli.score_scene)
reveal_type(artextract_cli.find_scene(Path()).map("heatmap"))
reveal_type(artextract_cli.train)
"""


@pytest.mark.slow
def test_a_type_checker_knows_the_types(tmp_path: Path) -> None:
    if importlib.util.find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    file = tmp_path / "typed.py"
    file.write_text(TYPED)
    # With the options and the cache of `make lint`, after which this takes a few seconds.
    command = [sys.executable, "-m", "mypy", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    revealed = re.findall(r'Revealed type is "(.*)"', ran.stdout)
    assert len(revealed) == TYPED.count("reveal_type")
    assert not [told for told in revealed if told == "Any" or "-> Any" in told]
    assert "artextract_cli.scenes.scene.SceneFiles" in revealed[0]


def test_the_architecture_page_names_every_room_and_files_that_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    package = Path(artextract_cli.__file__).parent
    rooms = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    assert [room for room in sorted(rooms) if f"`{room}`" not in text] == []
    named = set(re.findall(r"`((?:\w+/)+[\w.]*)`", text))
    assert len(named) > 30
    assert [path for path in named if not any((r / path).exists() for r in (ROOT, package))] == []
