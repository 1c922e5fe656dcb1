"""The machine of a measurement: its description and load, and one thread for every library."""

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

# Every library with threads of its own reads one of these when it is first imported.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)
PACKAGES = (
    "artextract",
    "dgl",
    "fast-slic",
    "networkx",
    "numba",
    "numpy",
    "scikit-image",
    "scipy",
    "torch",
    "torch-geometric",
)


def pin_to_one_thread() -> None:
    """Limit every library imported from now on to one thread, in child processes too."""
    os.environ |= dict.fromkeys(THREAD_VARIABLES, "1")


def description() -> dict[str, Any]:
    """Description of the machine: processor, cores, memory in GiB, system, Python."""
    pages, page_size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(pages * page_size / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": sys.version.split()[0],
    }


def load() -> float:
    """Load average of the last minute: the number of processes that need a core."""
    return round(os.getloadavg()[0], 2)


def versions() -> dict[str, str | None]:
    """Versions of the packages; None if a package is not installed."""
    return {package: _version(package) for package in PACKAGES}


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    """Processor as the kernel reports it: model name, family and model number."""
    path = Path("/proc/cpuinfo")
    if not path.exists():
        return platform.processor()
    lines = [line.partition(":") for line in path.read_text(encoding="utf-8").splitlines()]
    facts = {key.strip(): value.strip() for key, _, value in lines}
    known = [facts[key] for key in ("cpu family", "model") if key in facts]
    return f"{facts.get('model name', platform.processor())} ({', '.join(known)})"
