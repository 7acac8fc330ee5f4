"""The Max for Live device: what a player installs, and the sources and tools that it is built from."""
