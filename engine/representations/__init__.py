"""One file an encoding: what a clip looks like to a musician, to a file and to a model."""
