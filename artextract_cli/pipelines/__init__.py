"""Pipelines from scenes to scores: one package for each kind."""
