"""Image processing on arrays: geometry, light, colour and masks, without files or scenes."""
