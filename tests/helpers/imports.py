"""What a command imports."""

HEAVY = {
    *("cryptography", "dask", "distributed"),
    *("torch", "dgl", "skimage", "numba", "matplotlib", "scipy", "sklearn", "pandas", "tifffile"),
}
