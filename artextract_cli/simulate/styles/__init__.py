"""Schools of painting that the simulator knows."""
