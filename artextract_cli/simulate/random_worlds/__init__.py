"""Random worlds for training: every painting has its own pigments, composition and camera."""
