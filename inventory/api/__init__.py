"""The REST views of a shop's parts and stock."""
