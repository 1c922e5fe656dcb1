"""The help of commands."""
