"""The pages of a shop's parts and stock."""
