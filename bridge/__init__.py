"""The outside world: the wire protocol, the server, the live side and the command line."""
