"""Evaluation against ground truth, compared with scores without learning."""
