"""The views of the counter."""
