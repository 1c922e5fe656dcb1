"""Shared helpers without domain knowledge: files, locks, YAML, devices, memory and threads."""
