"""A folder of MIDI files, however odd, becomes one memory-mapped data set."""
