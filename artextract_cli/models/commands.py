"""The command of `train` that messages suggest; models name neither graphs nor a free folder."""

from artextract_cli.utils.events import command_line

TRAIN = command_line("train", "GRAPHS", "--out", "RUN")
"""Words in capitals stand for what is not known."""
