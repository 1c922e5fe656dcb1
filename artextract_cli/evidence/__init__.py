"""Evidence of hidden layers: what the infrared shows beyond what the visible predicts."""
