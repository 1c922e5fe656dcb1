"""Schools of painting: their palettes and their manner."""
