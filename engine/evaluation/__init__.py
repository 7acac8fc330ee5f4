"""Figures that say how good a model is: what it rebuilds, what it invents, what lies between two clips."""
