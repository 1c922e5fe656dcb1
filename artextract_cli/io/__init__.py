"""Reading and writing image files at their full depth."""
