"""One module a command of `bridge`."""
