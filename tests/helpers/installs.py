"""Environments and distributions to install in."""

from artextract_cli.plugin.install.environment import Environment


def kept_by(plain: Environment, name: str, content: str = "{}") -> Environment:
    plain.prefix.mkdir()
    (plain.prefix / name).write_text(content)
    return plain
