"""X-ray radiographs of the simulated paintings: what pigments absorb, support, and film."""
