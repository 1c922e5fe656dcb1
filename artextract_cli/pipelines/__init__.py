"""What is trained and scored: one package for each kind of pipeline."""
