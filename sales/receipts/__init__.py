"""Receipts and credit notes: what stands on them, and the papers on which it stands."""
