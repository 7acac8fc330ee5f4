"""Blocks and models: `nn.Module` only, no files and no MIDI."""
