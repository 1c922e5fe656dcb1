"""Graph libraries that are not always there, and how they are imported."""
