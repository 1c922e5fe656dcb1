"""Colours as people see them: CIELAB, colour differences, and colour charts."""
