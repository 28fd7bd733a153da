#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: a Python, the pinned packages, a user for submissions.
set -euo pipefail

root="${GRADCHECK_ROOT:-/autograder}"
venv="${GRADCHECK_VENV:-/opt/gradcheck}"
source="$root/source"

# The newest Python that gradcheck runs on and that can make environments.
find_python() {
    for name in python3.14 python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

if ! python="$(find_python)"; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update
    apt-get install -y --no-install-recommends python3.11 python3.11-venv ||
        apt-get install -y --no-install-recommends python3 python3-venv
    if ! python="$(find_python)"; then
        echo "no Python 3.11 or later could be installed: choose a base image that has one (Ubuntu 24.04 does)" >&2
        exit 1
    fi
fi

"$python" -m venv "$venv"
# gradcheck itself is in the source folder, which submissions cannot read; only what it needs is installed.
"$venv/bin/python" -m pip install --disable-pip-version-check --no-cache-dir -r "$source/requirements.txt"
"$venv/bin/python" -m compileall -q "$source/vendor"

id -u gradcheck-submission >/dev/null 2>&1 ||
    useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin gradcheck-submission

# Which isolation this kernel has, and so what is required of every run.
"$venv/bin/python" -I "$source/start.py" --root "$root" --probe
