"""What a command imports."""

HEAVY = {
    *("torch", "dgl", "skimage", "numba", "matplotlib", "scipy", "sklearn", "pandas", "tifffile"),
}
