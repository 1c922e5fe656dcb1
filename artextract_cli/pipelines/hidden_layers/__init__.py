"""The pipeline that detects hidden layers."""
