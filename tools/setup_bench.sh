#!/bin/sh
# Makes .venv-bench for `make bench`: what draws and profiles, and other stacks to be
# measured against. What cannot be installed here is left out, and said so.
set -eu
cd "$(dirname "$0")/.."

venv=.venv-bench
say() { printf '%s\n' "synfin: $*"; }

if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    rm -rf "$venv"
    .venv/bin/python -m venv "$venv"
fi
for part in bench peers; do
    say "installing requirements-$part.txt into $venv, which may take some minutes"
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input -qq \
        --require-hashes -r "requirements-$part.txt" ||
        say "requirements-$part.txt cannot be installed here; going on without"
done
