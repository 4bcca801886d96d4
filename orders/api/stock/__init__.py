"""The shop's stock behind its orders: the picking list, and holds that the counter takes."""
