#!/bin/sh
# Chooses the dependencies anew, for every platform and Python >= 3.11, with the
# hash of every file. No registry's address is written down: pip asks the one
# that it is configured for.
set -eu
cd "$(dirname "$0")/.."

python3 -m venv build/pins
build/pins/bin/python -m pip install --quiet uv
for name in requirements requirements-dev requirements-bench requirements-peers; do
    {
        echo "# Made by \"make pins\" from $name.in; every wheel of every platform has its hash."
        build/pins/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 \
            --generate-hashes --no-emit-index-url --no-annotate --no-header $name.in
    } >build/pins/$name.txt
    mv build/pins/$name.txt $name.txt
done
rm -rf build/pins
