"""The engines that compute message passing: compiled loops, plain torch, DGL."""
