"""Compiled loops over arrays: arrays in, arrays out; they know no scene and no file."""
