"""Graphs and maps in the formats of other programs."""
