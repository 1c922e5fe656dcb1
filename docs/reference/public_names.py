"""Write `artextract_cli/__init__.pyi`, from which type checkers know where public names come from.

python docs/reference/public_names.py
"""

from pathlib import Path

import artextract_cli

STUB = Path(artextract_cli.__file__).with_suffix(".pyi")


def stub() -> str:
    """The text of the stub: every public name, imported from the module that defines it."""
    lines = [f'"""{artextract_cli.__doc__}"""', ""]
    for module, names in sorted(artextract_cli._DEFINED_IN.items()):
        imported = [
            f"from artextract_cli.{module} import {name} as {name}" for name in sorted(names)
        ]
        lines += imported
    shown = "".join(f'    "{name}",\n' for name in sorted(artextract_cli.__all__, key=_order))
    return "\n".join([*lines, "", "__version__: str", "", f"__all__ = [\n{shown}]", ""])


def _order(name: str) -> tuple[int, str]:
    """Constants, classes, functions, as ruff sorts them."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


if __name__ == "__main__":
    STUB.write_text(stub(), encoding="utf-8")
