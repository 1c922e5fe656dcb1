"""The plugin host: the contract, discovery, options, scaffolding and installation."""
