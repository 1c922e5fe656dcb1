"""Light and paint: pigments, mixtures, layers and the camera."""
