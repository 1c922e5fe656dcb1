"""Image files in and out, at their full depth."""
