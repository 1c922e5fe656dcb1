"""Registering bands and further layers onto the photograph."""
