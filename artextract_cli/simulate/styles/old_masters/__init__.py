"""European easel painting from the fifteenth to the eighteenth century."""
