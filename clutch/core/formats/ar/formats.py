"""Numbers in Arabic pages as shops here write them: 1,250.50, not Django's 1.250,50."""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
