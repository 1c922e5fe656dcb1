"""The pipeline that compares the photograph with each band separately."""
