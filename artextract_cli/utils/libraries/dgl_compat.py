"""The only module that imports DGL; it reports why DGL cannot be used.

DGL 2.1 works with any torch after two preparations. Its GraphBolt library exists only for torch up
to 2.2.1 and is loaded although it is not needed, so a stub replaces it; and ``DGLBACKEND`` is set,
without which DGL writes a configuration into the home directory.
"""

import contextlib
import functools
import importlib
import importlib.metadata
import importlib.util
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NamedTuple

from artextract_cli.errors import DependencyError

if TYPE_CHECKING:
    import torch

HIDE_VARIABLE = "ARTEXTRACT_HIDE_DGL"
INSTALL_HINT = 'install it with pip install "dgl>=2.1,<3" on Linux or macOS, Python 3.11 or 3.12'
INSTALL_CUDA_HINT = "install a CUDA build of DGL from https://www.dgl.ai/pages/start.html"


class LoadedDGL(NamedTuple):
    """The ``dgl`` module, or None and the reason why it is missing."""

    module: Any
    reason: str | None


def load_dgl() -> LoadedDGL:
    """Import DGL without output, warnings, or a file in the home directory.

    With ``ARTEXTRACT_HIDE_DGL=1`` in the environment, DGL counts as missing.
    """
    if os.environ.get(HIDE_VARIABLE, "0") not in ("", "0"):
        return LoadedDGL(None, f"hidden by {HIDE_VARIABLE}")
    return _load_once()


def dgl_has_cuda() -> bool:
    """Whether DGL is installed, was built with CUDA, and finds a GPU, as torch does."""
    import torch

    dgl, _ = load_dgl()
    return dgl is not None and torch.cuda.is_available() and bool(dgl.ndarray.gpu(0).exist)


def why_no_dgl(device: "torch.device") -> str | None:
    """Return why DGL cannot work on ``device`` and what to do, or None where it can."""
    dgl, reason = load_dgl()
    if dgl is None:
        return f"{reason}; {INSTALL_HINT}"
    if device.type == "cuda" and not dgl_has_cuda():
        return f"DGL {dgl.__version__} is built without CUDA; {INSTALL_CUDA_HINT}"
    if device.type not in ("cpu", "cuda"):
        return f"DGL does not support {device.type} devices; use --device cpu"
    return None


def require_dgl(device: "torch.device") -> Any:
    """Return the ``dgl`` module; raise :class:`DependencyError` if it cannot use ``device``."""
    reason = why_no_dgl(device)
    if reason is not None:
        msg = f"DGL cannot be used on {device}: {reason}"
        raise DependencyError(msg)
    return load_dgl().module


def dgl_nn() -> Any:
    """Import ``dgl.nn`` for PyTorch: the layers of DGL, for backbones that use them.

    Returns
    -------
    module
        ``dgl.nn.pytorch``.

    Raises
    ------
    DependencyError
        If DGL cannot be used here; the message says what to install.
    """
    import torch

    require_dgl(torch.device("cpu"))
    return importlib.import_module("dgl.nn.pytorch")


@functools.cache
def _load_once() -> LoadedDGL:
    # Imported by other code already: preparations would come too late, and were not needed.
    if "dgl" in sys.modules:
        return LoadedDGL(sys.modules["dgl"], None)
    spec = importlib.util.find_spec("dgl")
    if spec is None or not spec.submodule_search_locations:
        return LoadedDGL(None, "DGL is not installed")
    try:
        version = importlib.metadata.version("dgl")
    except importlib.metadata.PackageNotFoundError:
        return LoadedDGL(None, "DGL is installed without its metadata, so its version is unknown")
    if not version.startswith("2."):
        return LoadedDGL(None, f"DGL {version} is not supported")
    return _import_dgl(Path(next(iter(spec.submodule_search_locations))))


def _import_dgl(package_dir: Path) -> LoadedDGL:
    if not _has_graphbolt(package_dir):
        # Before the import, which otherwise fails where the library for this torch does not exist.
        sys.modules["dgl.graphbolt"] = _NoGraphBolt("dgl.graphbolt")
    try:
        with warnings.catch_warnings(), _environment("DGLBACKEND", "pytorch"):
            warnings.simplefilter("ignore")
            return LoadedDGL(importlib.import_module("dgl"), None)
    # What importing libraries compiled for another torch can raise; DGL is optional, whatever it
    # is.
    except (ImportError, OSError, RuntimeError, AttributeError) as error:
        # A partly imported package would make the next `import dgl` fail with another error.
        for name in [name for name in sys.modules if name.partition(".")[0] == "dgl"]:
            del sys.modules[name]
        return LoadedDGL(None, f"DGL cannot be imported ({type(error).__name__}: {error})")


def _has_graphbolt(package_dir: Path) -> bool:
    import torch

    # DGL names its libraries by the version of torch, without a suffix such as +cpu.
    stem = f"graphbolt_pytorch_{torch.__version__.partition('+')[0]}"
    names = (f"lib{stem}.so", f"lib{stem}.dylib", f"{stem}.dll")
    return any((package_dir / "graphbolt" / name).exists() for name in names)


class _NoGraphBolt(ModuleType):
    """Stub for ``dgl.graphbolt``: importable, but empty."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # `inspect` probes modules for dunders and expects this error
            raise AttributeError(name)
        msg = f"dgl.graphbolt.{name} is missing: this DGL has no GraphBolt library for this torch"
        raise ImportError(msg)


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
