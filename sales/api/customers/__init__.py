"""Customers over the wire."""
