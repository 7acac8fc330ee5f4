"""What the patch is, and the tools that write, read and judge it."""
