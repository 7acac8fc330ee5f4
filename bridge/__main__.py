"""`python -m bridge`: the console command without its script."""

from bridge.cli import main

main()
