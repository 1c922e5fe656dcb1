"""The pipeline that compares the photograph with every band by itself."""
