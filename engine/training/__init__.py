"""From a data set and a preset to a checkpoint, on Lightning."""
