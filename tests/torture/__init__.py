"""Long tests of what docs/reliability.md promises; ``make torture`` runs them all."""
