"""The command line: thin. Commands are loaded when they are asked for (see ``main.py``)."""
