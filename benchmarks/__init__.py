"""Measurements, each a script that says on which machine it ran."""
