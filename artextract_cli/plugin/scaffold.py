"""Writing a new plugin: a package that can be installed and passes its own tests."""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import jinja2

import artextract_cli
from artextract_cli.errors import UsageError
from artextract_cli.plugin.contract import API_VERSION
from artextract_cli.plugin.host import check_kind, plugin_host
from artextract_cli.plugin.options import USAGES
from artextract_cli.plugin.specs import NAME
from artextract_cli.utils.file_errors import writing
from artextract_cli.utils.output_plan import OutputPlan

SUMMARIES = {
    "superpixels": "Squares of one size.",
    "backbones": "A superpixel and the mean of those around it.",
    "objectives": "Whole pictures against those of other scenes.",
    "scorers": "Sum of the differences of the embeddings.",
    "importers": "Arrays that NumPy wrote.",
    "commands": "List the files of a folder.",
}
TEMPLATES = Path(__file__).parent / "templates"


def new_plugin(name: str, kind: str, folder: Path) -> Path:
    """Write the project of a new plugin: a package that can be installed, with tests that pass.

    Parameters
    ----------
    name
        Name of the plugin: lower-case letters, digits and single hyphens.
    kind
        What it adds: "superpixels", "backbones", "objectives", "scorers", "importers" or
        "commands".
    folder
        Folder in which ``artextract-<name>`` is made.

    Returns
    -------
    Path
        The project.

    Raises
    ------
    UsageError
        If there is no such kind, the name cannot be typed or is taken, or the project exists.
    """
    _check_name(name, kind)
    project = folder / f"artextract-{name}"
    OutputPlan(out=project, rules=(_check_absent,)).check()
    with writing(project):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as made:
            inside = Path(made, project.name)
            for path, text in _files(name, kind).items():
                (inside / path).parent.mkdir(parents=True, exist_ok=True)
                (inside / path).write_text(text, encoding="utf-8")
            shutil.move(inside, project)
    return project


def _check_absent(project: Path) -> None:
    if project.exists():
        msg = f"{project} exists already: choose another name or --out"
        raise UsageError(msg)


def _check_name(name: str, kind: str) -> None:
    check_kind(kind)
    if not NAME.fullmatch(name) or len(name) > 50:
        msg = f"the name {name!r} must be of lower-case letters, digits and single hyphens"
        raise UsageError(msg)
    if owner := plugin_host().owner_of(kind, name):
        msg = f"{kind} {name!r} belongs to {owner} already: choose another name"
        raise UsageError(msg)
    if importlib.util.find_spec(_module(name)) is not None:
        msg = f"there is a module {_module(name)} already: choose another name"
        raise UsageError(msg)


def _module(name: str) -> str:
    return f"artextract_{name.replace('-', '_')}"


def _files(name: str, kind: str) -> dict[str, str]:
    """The text of every file by its path in the project."""
    module = _module(name)
    values = {
        "name": name,
        "distribution": f"artextract-{name}",
        "module": module,
        "prefix": "".join(part.capitalize() for part in name.split("-")),
        "summary": SUMMARIES[kind],
        "usage": USAGES[kind].format(name=name),
        "artextract": artextract_cli.__version__,
        "api": API_VERSION,
    }
    templates = {
        "pyproject.toml": "pyproject.toml.j2",
        "README.md": "README.md.j2",
        ".gitignore": "gitignore.j2",
        f"{module}.py": f"{kind}.py.j2",
        f"tests/test_{name.replace('-', '_')}.py": f"{kind}_test.py.j2",
    }
    return {path: _rendered(template, values) for path, template in templates.items()}


def _rendered(template: str, values: dict[str, object]) -> str:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    # Python and TOML are no HTML: nothing is escaped, and the values are checked.
    made = jinja2.Template(text, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return str(made.render(values))
