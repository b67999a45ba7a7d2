"""python -m kefu"""

from kefu.cli import main

main()
