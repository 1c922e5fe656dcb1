"""European painting from about 1850 to 1950."""
