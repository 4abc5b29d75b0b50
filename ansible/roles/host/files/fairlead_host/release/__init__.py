"""Releases: fetched, built, started, switched to, stopped, pruned."""
