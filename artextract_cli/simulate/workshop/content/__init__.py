"""What the paintings and documents of this world show and hide."""
