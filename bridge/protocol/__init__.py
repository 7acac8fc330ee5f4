"""The OSC contract as one table: addresses, requests, replies and the note codec; no sockets, no torch, no engine."""
