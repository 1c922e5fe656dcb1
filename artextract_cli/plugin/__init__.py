"""The plugin host: contract, discovery, options, scaffolding and installation."""
