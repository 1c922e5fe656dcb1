"""Scaffolding of new plugins: an installable package that passes its own tests."""

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
    "superpixels": "Squares of equal size.",
    "backbones": "A superpixel and the mean of its neighbours.",
    "objectives": "Whole images against those of other scenes.",
    "scorers": "Sum of the differences of the embeddings.",
    "importers": "Arrays saved by NumPy.",
    "loggers": "A line of text for every epoch.",
    "commands": "List the files of a folder.",
}
# In characters. Names of files repeat it with a prefix and a suffix, and must stay below 255 bytes,
# the limit of most file systems, also inside wheels and caches.
MAX_NAME_LENGTH = 50
TEMPLATES = Path(__file__).parent / "templates"


def new_plugin(name: str, kind: str, folder: Path) -> Path:
    """Write the project of a new plugin: an installable package with passing tests.

    Parameters
    ----------
    name
        Name of the plugin: lower-case letters, digits and single hyphens.
    kind
        Kind of plugin: "superpixels", "backbones", "objectives", "scorers", "importers", "loggers"
        or "commands".
    folder
        Folder in which ``artextract-<name>`` is created.

    Returns
    -------
    Path
        The project folder.

    Raises
    ------
    UsageError
        If the kind is unknown, the name is invalid or already used, or the project exists.
    """
    _check_name(name, kind)
    project = folder / f"artextract-{name}"
    OutputPlan(out=project, rules=(_check_absent,)).check()
    with writing(project):
        folder.mkdir(parents=True, exist_ok=True)
        # On the same file system, so that moving it is one rename: no project is written in part.
        with tempfile.TemporaryDirectory(dir=folder) as temporary:
            inside = Path(temporary, project.name)
            for path, text in _files(name, kind).items():
                (inside / path).parent.mkdir(parents=True, exist_ok=True)
                (inside / path).write_text(text, encoding="utf-8", newline="\n")
            shutil.move(inside, project)
    return project


def _check_absent(project: Path) -> None:
    if project.exists():
        msg = f"{project} already exists: choose another name or --out"
        raise UsageError(msg)


def _check_name(name: str, kind: str) -> None:
    check_kind(kind)
    if not NAME.fullmatch(name) or len(name) > MAX_NAME_LENGTH:
        msg = f"the name {name!r} must consist of lower-case letters, digits and single hyphens"
        raise UsageError(msg)
    if owner := plugin_host().owner_of(kind, name):
        msg = f"{kind} {name!r} already belongs to {owner}: choose another name"
        raise UsageError(msg)
    if importlib.util.find_spec(_module(name)) is not None:
        msg = f"a module {_module(name)} already exists: choose another name"
        raise UsageError(msg)


def _module(name: str) -> str:
    return f"artextract_{name.replace('-', '_')}"


def _files(name: str, kind: str) -> dict[str, str]:
    """Content of every file by its path in the project."""
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


def _rendered(template_name: str, values: dict[str, object]) -> str:
    text = (TEMPLATES / template_name).read_text(encoding="utf-8")
    # Python and TOML are not HTML: nothing is escaped, and the values were checked.
    template = jinja2.Template(text, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return str(template.render(values))
