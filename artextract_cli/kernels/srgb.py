"""The transfer function of sRGB (IEC 61966-2-1): a line near black, else a power.

coded = 12.92 · linear up to 0.0031308, and 1.055 · linear^(1/2.4) - 0.055 beyond.
"""

LINEAR_UP_TO, CODED_UP_TO = 0.0031308, 0.04045
"""End of the line, in linear light and in coded values."""

SLOPE = 12.92
OFFSET = 0.055
SCALE = 1.055
EXPONENT = 2.4
