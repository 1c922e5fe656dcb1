"""Worlds to learn from: every painting has pigments, a composition and a camera of its own."""
