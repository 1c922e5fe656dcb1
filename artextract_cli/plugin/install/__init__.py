"""Installing plugins into the environment of artextract, and uninstalling them."""
