"""What the image files of a scene say about themselves: their coding and their capture."""
