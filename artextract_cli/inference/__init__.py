"""Scoring the scenes of a dataset, and adapting a model to them."""
