"""The shop's pages of its customers."""
