"""Graph networks: layers, batches, the Siamese network; knows no scene and no file."""
