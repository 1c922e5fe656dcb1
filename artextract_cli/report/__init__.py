"""The report: the findings as one HTML file with all its images.

``write_report`` (in `writing`) writes it; nothing outside the file is needed to read it.
"""
