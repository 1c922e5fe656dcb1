"""Tools of uv keep what is installed with them."""

from pathlib import Path

from artextract_cli.plugin.install.environment import Environment
from tests.helpers.installs import kept_by

RECEIPT = """
[tool]
requirements = [
    { name = "artextract", extras = ["bench"], directory = "/src/artextract" },
    { name = "artextract-hex", specifier = ">=1.2,<2" },
    { name = "artextract-sage", git = "https://example.org/sage?rev=v2&subdirectory=plugin" },
    { name = "artextract-lsc", editable = "/src/lsc" },
    { name = "torch", url = "https://example.org/torch-2.whl" },
]
python = "3.12"
"""
MAIN = ["uv", "tool", "install", "artextract[bench] @ file:///src/artextract", "--python", "3.12"]
HEX = ["--with", "artextract-hex>=1.2,<2"]
SAGE = ["--with", "artextract-sage @ git+https://example.org/sage@v2#subdirectory=plugin"]
LSC = ["--with-editable", "/src/lsc"]
TORCH = ["--with", "torch @ https://example.org/torch-2.whl"]


def test_a_tool_of_uv_keeps_what_it_has(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", RECEIPT)
    assert tool.install_command("artextract-new[gpu]==1", Path("limits.txt")) == [
        *(*MAIN, *HEX, *SAGE, *LSC, *TORCH, "--with", "artextract-new[gpu]==1")
    ]
    assert tool.install_command("artextract_hex==1.9") == [
        *(*MAIN, *SAGE, *LSC, *TORCH, "--with", "artextract_hex==1.9")
    ]
    assert tool.install_command("/src/hex", editable=True)[-2:] == ["--with-editable", "/src/hex"]
    assert tool.uninstall_command(["Artextract_LSC"]) == [*MAIN, *HEX, *SAGE, *TORCH]


def test_a_tool_of_uv_is_not_told_limits_but_tried_within_them(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", RECEIPT)
    assert tool.dry_run_command("artextract-new", Path("limits.txt")) == [
        *("uv", "pip", "install", "--dry-run", "--python", str(plain.python)),
        *("--constraint", "limits.txt", "artextract-new"),
    ]
    assert tool.variables(Path("limits.txt")) == {}


def test_an_editable_tool_of_uv_stays_so(plain: Environment) -> None:
    receipt = '[tool]\nrequirements = [{ name = "artextract", editable = "/src/artextract" }]'
    tool = kept_by(plain, "uv-receipt.toml", receipt)
    assert tool.uninstall_command(["x"]) == [
        *("uv", "tool", "install", "--editable", "/src/artextract")
    ]


def test_receipts_of_an_early_uv(plain: Environment) -> None:
    tool = kept_by(plain, "uv-receipt.toml", '[tool]\nrequirements = ["artextract", "numpy"]')
    assert tool.uninstall_command(["x"]) == [
        "uv",
        "tool",
        "install",
        "artextract",
        "--with",
        "numpy",
    ]
