"""Plates: the pictures of a report cropped to the painting, with frames, bars and scale."""
