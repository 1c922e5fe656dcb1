"""Scores that need no trained network."""
