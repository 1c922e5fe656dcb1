"""The world "measured": paintings on which no detector was ever trained or tuned."""
