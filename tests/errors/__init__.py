"""The tables of all error messages that artextract shows, a table for each package."""
