"""Evidence of hidden layers: how the infrared differs from what the visible predicts."""
