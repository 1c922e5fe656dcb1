"""Whether the tests would notice: small changes to the sources, each of which has to fail a test.

A mutant is one change to one module: another comparison, operator or constant, a condition turned
round, a statement left out, nothing returned. It takes the module's place when a forked child
imports it; no file is changed. Kernels of a mutated module run uncompiled, for a compiled one
would come from numba's cache. A mutant is killed by a failing test of the file that mirrors its
module or of one in its package that imports it, or by running much longer than these do.

Never changed, for no test could or should notice: text and what goes into messages, annotations
and names of types, decorators, ``__all__``, what other platforms would run, and ``strict`` of zip.
"""

import ast
import importlib
import json
import multiprocessing
import os
import pkgutil
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
import pytest

from tests.torture.forked import Ended, forked

ROOT = Path(__file__).parents[2]
PACKAGE = "artextract_cli"
DECORATORS = ("compiled", "compiled_sums", "inlined")
CORE = (
    "evaluation.metrics",
    "evidence.band_regression",
    "evidence.maps",
    "graphs.graph_file",
    "graphs.node_features",
    "graphs.recipe",
    "graphs.regions",
    "graphs.segmentation",
    "graphs.stitching",
    "graphs.store",
    "graphs.superpixel_graph",
    "imaging.heatmap",
    "kernels.adjacency",
    "kernels.colour",
    "kernels.filters",
    "kernels.label_topology",
    "kernels.local_regression",
    "kernels.logarithm",
    "kernels.node_features",
    "kernels.region_moments",
    "models.calibration",
    "models.card",
    "models.checkpoint",
    "nn.batch",
    "nn.collate",
    "nn.conv",
    "nn.engines.numba_engine",
    "nn.engines.numba_loops",
    "nn.engines.selection",
    "nn.engines.torch_engine",
    "nn.norm",
    "nn.siamese",
    "nn.superpixel_scores",
    "pipelines.hidden_layers.evidence_graph",
    "pipelines.hidden_layers.network",
    "pipelines.hidden_layers.pixel_scores",
    "pipelines.hidden_layers.samples",
    "pipelines.hidden_layers.training",
    "pipelines.networks",
    "pipelines.scoring",
    "pipelines.views.training",
    "training.run_directory",
    "utils.atomic",
    "utils.locks",
)
# Kernels that are tested through the functions that call them as well.
ALSO = dict.fromkeys(
    ("kernels.adjacency", "kernels.label_topology", "kernels.region_moments"), ("graphs.regions",)
) | {
    "models.card": ("models.checkpoint",),
    "nn.engines.numba_loops": ("nn.engines.numba_engine", "nn.conv"),
    "nn.engines.numba_engine": ("nn.conv",),
    "nn.engines.torch_engine": ("nn.conv",),
    "nn.engines.selection": ("nn.conv",),
    "graphs.segmentation": ("graphs.superpixel_graph",),
    "graphs.node_features": ("graphs.superpixel_graph",),
    "pipelines.hidden_layers.samples": ("pipelines.hidden_layers.training",),
}
WARM = ("torch", "scipy.stats", "sklearn.metrics", "skimage.graph", "matplotlib.pyplot", "typer")
N_MUTANTS = 240
WANTED = 0.85
SLOW = 10.0  # seconds of a processor; a test that takes longer is left out

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.And: ast.Or,
    ast.Or: ast.And,
}


class Change(NamedTuple):
    """What a field of a node becomes."""

    node: ast.AST
    field: str
    new: Any


class Mutant(NamedTuple):
    """The change of this ``number`` in a module."""

    module: str
    number: int


@dataclass(frozen=True)
class Plan:
    """The tests (files, and node ids left out) for the mutants of a module, and their limit."""

    files: tuple[str, ...]
    without: frozenset[str]
    seconds: float


def torture(seconds: float, seed: int) -> dict[str, Any]:
    """Test a sample of mutants; fails where fewer than 85 % of them are killed."""
    deadline = time.monotonic() + seconds
    _warm_up()
    every = [Mutant(module, i) for module in CORE for i in range(len(_changes_of(module)))]
    sample = random.Random(seed).sample(every, N_MUTANTS)
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=fork) as workers:
        modules = sorted({mutant.module for mutant in sample})
        plans = dict(zip(modules, workers.map(_plan, modules), strict=True))
        ends = workers.map(partial(_try, plans, deadline), sample)
        tried = [pair for pair in zip(sample, ends, strict=True) if pair[1] is not None]
    return _counted(len(every), plans, tried)


def _counted(
    n_all: int, plans: dict[str, Plan], tried: list[tuple[Mutant, Ended]]
) -> dict[str, Any]:
    alive = [mutant for mutant, ended in tried if _survived(ended)]
    killed = len(tried) - len(alive)
    of, lived = Counter(m.module for m, _ in tried), Counter(m.module for m in alive)
    failed = killed < WANTED * len(tried) or not tried
    return {
        "mutants": len(tried),
        "of": n_all,
        "killed": killed,
        "killed_percent": round(100 * killed / max(len(tried), 1), 1),
        "hung": sum(ended.hung for _, ended in tried),
        "tests_left_out": len(set().union(*(plan.without for plan in plans.values()))),
        "by_module": {name: f"{n - lived[name]}/{n}" for name, n in sorted(of.items())},
        "survivors": sorted(outline(mutant) for mutant in alive),
        "failures": [f"only {killed} of {len(tried)} mutants were killed"] if failed else [],
    }


def _survived(ended: Ended) -> bool:
    if ended.exit_code == pytest.ExitCode.NO_TESTS_COLLECTED:
        raise RuntimeError(ended.text)
    return ended.exit_code == 0


def changes(tree: ast.AST) -> list[Change]:
    """Every change that makes a mutant of a module."""
    return [change for node in _walk(tree) for change in _changes(node)]


def outline(mutant: Mutant) -> str:
    """Where a mutant differs, and how."""
    node, field, new = _changes_of(mutant.module)[mutant.number]
    was, line = ast.unparse(node), _line(node, field, new)
    old = getattr(node, field)
    setattr(node, field, new)
    becomes = ast.unparse(node)
    setattr(node, field, old)
    differ = list(zip(was.split("\n"), becomes.split("\n"), strict=False))
    one, other = next((pair for pair in differ if pair[0] != pair[1]), differ[0])
    return f"{mutant.module}:{line}: {one.strip()} -> {other.strip()}"


def _line(node: ast.AST, field: str, new: Any) -> int:
    """The line of a node, or of the statement that is left out of it."""
    if isinstance(new, list) and field in ("body", "orelse", "finalbody"):
        old = getattr(node, field)
        node = next(a for a, b in zip(old, new, strict=True) if a is not b)
    return getattr(node, "lineno", 0)


def _mutated(mutant: Mutant) -> str:
    tree = ast.parse(_path(mutant.module).read_text())
    node, field, new = changes(tree)[mutant.number]
    setattr(node, field, new)
    return ast.unparse(ast.fix_missing_locations(tree))


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that may be changed."""
    yield node
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "exc", "cause"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _left_alone(child):
                yield from _walk(child)


def _left_alone(node: ast.AST) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name in ("msg", "__all__") or (name[0].isupper() and not name.isupper())
        case ast.If(test=test):
            return any(word in ast.unparse(test) for word in ("TYPE_CHECKING", "sys.platform"))
        case ast.keyword(arg="strict"):
            return True
    return False


def _changes(node: ast.AST) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=ops):
            for i, op in enumerate(ops):
                yield Change(node, "ops", [*ops[:i], OTHER[type(op)](), *ops[i + 1 :]])
        case ast.BinOp(op=op) | ast.AugAssign(op=op) | ast.BoolOp(op=op):
            if type(op) in OTHER and not _is_text(node):
                yield Change(node, "op", OTHER[type(op)]())
        case ast.Constant(value=bool(value)):
            yield Change(node, "value", not value)
        case ast.Constant(value=int(value) | float(value)):
            yield Change(node, "value", value + 1)
            yield Change(node, "value", value - 1)
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            yield Change(node, "test", _negated(test))
        case ast.comprehension(ifs=[test]):
            yield Change(node, "ifs", [_negated(test)])
        case ast.Return(value=ast.expr() as value) if ast.unparse(value) != "None":
            yield Change(node, "value", ast.Constant(None))
    for field in ("body", "orelse", "finalbody"):
        body = getattr(node, field, None)
        for i, statement in enumerate(body if isinstance(body, list) else []):
            if _removable(statement):
                yield Change(node, field, [*body[:i], ast.Pass(), *body[i + 1 :]])


def _negated(test: ast.expr) -> ast.expr:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return test.operand
    return ast.UnaryOp(ast.Not(), test)


def _removable(statement: ast.AST) -> bool:
    """Whether its absence leaves no name undefined."""
    match statement:
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant | ast.Yield | ast.YieldFrom)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            return True
    return isinstance(statement, ast.AugAssign | ast.Raise | ast.Break | ast.Continue)


def _is_text(node: ast.AST) -> bool:
    """Whether an operator joins text, which any change would break."""
    ends = (getattr(node, "left", None), getattr(node, "right", None))
    texts = [e for e in ends if isinstance(e, ast.Constant) and isinstance(e.value, str | bytes)]
    return bool(texts) or any(isinstance(e, ast.JoinedStr) for e in ends)


@cache
def _changes_of(module: str) -> list[Change]:
    return changes(ast.parse(_path(module).read_text()))


def _path(module: str) -> Path:
    return (ROOT / PACKAGE).joinpath(*module.split(".")).with_suffix(".py")


def _warm_up() -> None:
    """Import what children need and no mutant can change, so that they start within a second."""
    for name in WARM:
        importlib.import_module(name)
    package = importlib.import_module(PACKAGE)
    for found in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    importlib.import_module(f"{PACKAGE}.utils.libraries.dgl_compat").load_dgl()
    for name in list(sys.modules):
        if name.startswith(("artextract", "tests.conftest", "tests.helpers", "tests.unit")):
            del sys.modules[name]


def _plan(module: str) -> Plan:
    """Choose tests for a module by running them once on the module as it is, uncompiled."""
    files = files_for(module)
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        source = _path(module).read_text()
        call = partial(_run_tests, module, source, Plan(files, frozenset(), 0), folder, results)
        ended = forked(call, seconds=900)
        if not results.exists():
            raise RuntimeError(ended.text)
        took: dict[str, float] = json.loads(results.read_text())
    without = frozenset(test for test, seconds in took.items() if seconds > SLOW)
    return Plan(files, without, 20 + 3 * ended.seconds)


def files_for(module: str) -> tuple[str, ...]:
    """The test file that mirrors a module, and those of its package that import it."""
    tests = ROOT / "tests" / "unit"
    mirror = _mirror(module)
    own = [mirror, *map(_mirror, ALSO.get(module, ()))]
    package = sorted((tests / module.partition(".")[0]).rglob("test_*.py"))
    files = [*own, *(path for path in package if _imports(path, module))]
    return tuple(dict.fromkeys(str(path) for path in files if path.exists()))


def _mirror(module: str) -> Path:
    *rooms, name = module.split(".")
    return (ROOT / "tests" / "unit").joinpath(*rooms, f"test_{name}.py")


def _imports(path: Path, module: str) -> bool:
    return f"{PACKAGE}.{module}" in _imported(path)


@cache
def _imported(path: Path) -> frozenset[str]:
    """Every module, and every name of a module, that a file imports from."""
    froms = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.ImportFrom)]
    names = {f"{node.module}.{alias.name}" for node in froms for alias in node.names}
    return frozenset(names | {str(node.module) for node in froms})


def _try(plans: dict[str, Plan], deadline: float, mutant: Mutant) -> Ended | None:
    """Test one mutant, or not where time is up."""
    if time.monotonic() > deadline:
        return None
    plan = plans[mutant.module]
    with tempfile.TemporaryDirectory() as folder:
        call = partial(_run_tests, mutant.module, _mutated(mutant), plan, folder)
        ended = forked(call, seconds=plan.seconds)
    sys.stderr.write(f"{'survived' if _survived(ended) else 'killed'} {outline(mutant)}\n")
    return ended


def _run_tests(
    module: str, source: str, plan: Plan, folder: str, results: Path | None = None
) -> int:
    """Run a plan's tests on ``source`` in place of a module; write how long each took."""
    sys.meta_path.insert(0, _InPlace(f"{PACKAGE}.{module}", source))
    sys.dont_write_bytecode = True
    os.chdir(ROOT)
    clock = _Tests(plan.without, SLOW if results else 3 * SLOW)
    words = ["-q", "-p", "no:cacheprovider", f"--basetemp={folder}/made", *plan.files]
    code = pytest.main(words if results else ["-x", *words], plugins=[clock])
    if results:
        results.write_text(json.dumps(clock.took))
    return int(code)


class _Tests:
    """Leaves tests out, ends those that run on, and notes how long each took, inf if it failed."""

    def __init__(self, without: frozenset[str], seconds: float) -> None:
        self.took: dict[str, float] = {}
        self._without = without
        self._seconds = seconds
        signal.signal(signal.SIGPROF, lambda number, frame: pytest.fail("it takes too long"))

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if item.nodeid not in self._without]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        # Of the processor's time, for the clock runs on where others work.
        signal.setitimer(signal.ITIMER_PROF, self._seconds)
        start = time.process_time()
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            self.took[item.nodeid] = time.process_time() - start

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.took[report.nodeid] = float("inf")


class _InPlace(SourceFileLoader):
    """Finds one module, and loads it from other source with its kernels uncompiled."""

    def __init__(self, name: str, source: str) -> None:
        super().__init__(name, str(ROOT / f"{name.replace('.', '/')}.py"))
        self._source = source

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        return spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> Any:
        return compile(self._source, self.path, "exec", dont_inherit=True)

    def exec_module(self, module: ModuleType) -> None:
        compiling = importlib.import_module(f"{PACKAGE}.kernels.jit")
        kept = {name: getattr(compiling, name) for name in DECORATORS}
        vars(compiling).update(dict.fromkeys(DECORATORS, _uncompiled))
        super().exec_module(module)
        vars(compiling).update(kept)


def _uncompiled(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """As compiled code does, it divides by zero and overflows without a word."""
    return np.errstate(all="ignore")(kernel)
