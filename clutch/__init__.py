"""Clutch. Imports nothing: `clutch.bootstrap` runs before anything is installed."""
