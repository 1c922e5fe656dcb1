"""One HTML file that tells what was found, with the pictures to see it by.

``write_report`` (in `writing`) makes it; nothing outside the file is needed to read it.
"""
