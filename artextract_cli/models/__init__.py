"""Models on disk: cards, weights, calibrations and the plugins that they name."""
