"""A plugin that is loaded and run, and what it raises."""

import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from artextract_cli.errors import DependencyError, InputError
from tests.helpers.toy_plugins import USUAL, lay_out_info, plugin


def raising(error: BaseException) -> Callable[[], Any]:
    def load() -> Any:
        raise error

    return load


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            ModuleNotFoundError("No module named 'cv2'"),
            r"'sage' of artextract-sage 2\.1 cannot be loaded \(ModuleNotFoundError: No module "
            r"named 'cv2'\): reinstall artextract-sage and its requirements",
        ),
        (
            ZeroDivisionError("by zero"),
            r"\(ZeroDivisionError: by zero\): report this to its authors",
        ),
        (SystemExit(3), r"\(SystemExit: 3\)"),
        (OSError("libgl.so: not found"), r"libgl\.so: not found\): reinstall artextract-sage and"),
    ],
)
def test_what_cannot_be_loaded_is_told_with_its_owner(error: BaseException, said: str) -> None:
    with pytest.raises(DependencyError, match=said):
        plugin(raising(error)).load()


@pytest.mark.parametrize(
    "error", [InputError("a word"), KeyboardInterrupt(), MemoryError(), OSError(28, "disk")]
)
def test_what_is_not_the_plugins_fault_goes_on(error: BaseException) -> None:
    with pytest.raises(type(error)), plugin(print).running():
        raise error


def test_want_of_graphics_memory_is_not_the_plugins_fault() -> None:
    with pytest.raises(MemoryError, match="CUDA out of memory"), plugin(print).running():
        raise torch.OutOfMemoryError("CUDA out of memory")


def test_a_missing_package_is_told_with_what_is_required(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    required = "Requires-Dist: opencv-python>=4\nRequires-Dist: pytest; extra == 'dev'\n"
    lay_out_info(tmp_path, "sage", "", USUAL + required)
    said = r"reinstall artextract-sage and its requirements \(opencv-python>=4\)"
    with pytest.raises(DependencyError, match=said):
        plugin(raising(ModuleNotFoundError("No module named 'cv2'"))).load()


def test_a_plugin_at_work_does_not_print_into_results(capsys: pytest.CaptureFixture[str]) -> None:
    """Nor where several threads run it, whichever ends first."""
    first, second = threading.Barrier(2, timeout=10), threading.Event()

    def work(is_first: bool) -> None:
        with plugin(print).running():
            first.wait()
            sys.stdout.write(f"{is_first}\n")
            if not is_first:
                second.wait(10)

    threads = [threading.Thread(target=work, args=(is_first,)) for is_first in (True, False)]
    for thread in threads:
        thread.start()
    threads[0].join()
    second.set()
    threads[1].join()
    sys.stdout.write("result\n")
    captured = capsys.readouterr()
    assert captured.out == "result\n"
    assert sorted(captured.err.split()) == ["False", "True"]
