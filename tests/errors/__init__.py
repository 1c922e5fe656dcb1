"""The tables of all error messages that artextract shows, one for each package that raises them.

tests/e2e/test_error_messages.py provokes every row, and refuses a sentence without one.
"""
