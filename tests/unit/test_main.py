"""Starting the program."""

import sys

import pytest

from artextract_cli import __main__


def test_an_interrupt_while_the_program_is_loaded(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Interrupts:
        def find_spec(self, name: str, *rest: object) -> None:
            if name == "artextract_cli.cli.main":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "artextract_cli.cli.main")
    monkeypatch.setattr(sys, "meta_path", [Interrupts(), *sys.meta_path])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert (ended.value.code, capsys.readouterr().err) == (130, "error: interrupted\n")
