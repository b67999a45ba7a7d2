"""Runs the command line as `python -m kefu`."""

from kefu.cli import main

main()
