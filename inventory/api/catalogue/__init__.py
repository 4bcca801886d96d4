"""The API of what a part is beside its main row: numbers, replacements, vehicles, files, its place."""
