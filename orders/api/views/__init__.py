"""The API of requests, quotes and orders."""
