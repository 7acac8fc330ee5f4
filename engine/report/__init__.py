"""One page that shows what checkpoints can do: figures, curves, piano rolls, sound."""
