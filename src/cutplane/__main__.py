"""``python -m cutplane``."""

from cutplane.cli.main import main

main()
