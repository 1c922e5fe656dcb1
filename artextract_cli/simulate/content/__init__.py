"""What simulated paintings show and hide."""
