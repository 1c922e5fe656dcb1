"""Compiled loops over arrays, without scenes or files."""
