"""Aligning bands and images of other modalities with the photograph."""
