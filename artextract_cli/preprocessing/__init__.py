"""Datasets into datasets: import, registration, calibration and masking."""
