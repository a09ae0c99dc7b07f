"""Helpers shared by the programs in bin/: the KingbaseES-compatible toolchain of the lab. Not part of the product."""
