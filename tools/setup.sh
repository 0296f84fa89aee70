#!/bin/sh
# Makes .venv and installs the pinned packages into it.
#
#   tools/setup.sh        what runs, and what builds and checks it
#   tools/setup.sh run    the same, but if the tools cannot be installed here,
#                         what runs alone will do
#
# PYTHON names the interpreter, PIP_INDEX_URL the registry (both optional).
set -eu

venv=.venv
wanted=${1:-all}

say() { printf '%s\n' "synfin: $*"; }
die() { say "$*" >&2; exit 1; }

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        command -v "$PYTHON" >/dev/null 2>&1 || die "PYTHON=$PYTHON is not a command"
        new_enough "$PYTHON" || die "PYTHON=$PYTHON is older than Python 3.11; name a newer one"
        python=$PYTHON
        return
    fi
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$python" >/dev/null 2>&1 && new_enough "$python"; then return; fi
    done
    die "needs Python 3.11 or newer, and found none: install one (Debian, Ubuntu: apt-get install python3; macOS: brew install python) or say make PYTHON=/path/to/python3"
}

make_venv() {
    find_python
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    if ! "$python" -c 'import venv, ensurepip' >/dev/null 2>&1; then
        die "$python has no venv module: install it (Debian, Ubuntu: apt-get install python$version-venv) or name another Python with make PYTHON=..."
    fi
    say "making $venv with Python $version"
    rm -rf "$venv"
    "$python" -m venv "$venv" || die "$python -m venv failed; name another Python with make PYTHON=..."
}

install() {
    "$venv/bin/python" -m pip install --disable-pip-version-check --no-input -qq \
        --require-hashes -r "$1"
}

cd "$(dirname "$0")/.."
# A checkout that was moved, or a Python that was removed, leaves a dead .venv.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then make_venv; fi

say "installing the pinned packages"
if install requirements-dev.txt; then
    rm -f "$venv/runtime-only"
elif [ "$wanted" = run ] && install requirements.txt; then
    say "the development tools cannot be installed here; going on without them"
    : >"$venv/runtime-only"
else
    die "the packages could not be installed (see above): check the network, or set PIP_INDEX_URL to a registry you can reach"
fi
