"""Importing, registering, calibrating and masking datasets; each step writes a new dataset."""
