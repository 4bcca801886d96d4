"""Each benchmark measures our code beside its limit in one run, and prints their ratio."""
