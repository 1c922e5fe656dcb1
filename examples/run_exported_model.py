"""Embed the superpixels of a scene by an exported network, with torch and NumPy alone.

artextract export model gat --out gat.pt2
artextract export inputs scans --scene abbey --out abbey.npz
python run_exported_model.py gat.pt2 abbey.npz embeddings.npy
"""

import sys

import numpy as np
import torch

program, inputs, out = sys.argv[1:]
network = torch.export.load(program).module()
with np.load(inputs) as arrays:
    given = {name: torch.from_numpy(arrays[name]) for name in arrays.files}
with torch.no_grad():
    z = network(**given).numpy()  # (superpixels, views, features); the photograph is view 0
np.save(out, z)
distances = np.linalg.norm(z[:, 1:] - z[:, :1], axis=-1)  # large where the views differ
print(f"{len(z)} superpixels, largest distances {np.sort(distances.max(1, initial=0))[-3:]}")
