"""Engines for message passing: compiled loops, plain torch and DGL."""
