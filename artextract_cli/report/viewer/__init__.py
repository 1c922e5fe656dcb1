"""What the script of the page shows and edits: layers, regions and marks."""
