"""Pure functions on latents: between them, among them, around them."""
