"""Graph networks: layers, batches, the Siamese network; independent of scenes and files."""
