"""Evaluation against ground truth, beside scores without learning."""
