"""Figures for print and screen, drawn with matplotlib."""
