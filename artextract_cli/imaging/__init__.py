"""Image processing on arrays: geometry, light, colour and masks; knows no file and no scene."""
