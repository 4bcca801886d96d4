"""The API of parts and their stock."""
