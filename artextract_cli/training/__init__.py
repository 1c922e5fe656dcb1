"""Training: graph files in, a run directory out."""
