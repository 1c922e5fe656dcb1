"""The world "workshop": paintings and documents for measuring, made apart from the other worlds."""
