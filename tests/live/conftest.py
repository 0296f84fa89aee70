"""Nothing here can even be imported on a system that is no Unix."""

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("fcntl") else ["test_*.py"]
