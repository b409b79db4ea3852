# Shared by the scripts in this folder; sourced, not run.
# shellcheck shell=bash

# The project's root, wherever the caller stands.
SIGNET_ROOT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# The configuration that the scripts build: debug, unless SIGNET_BUILD says release.
SIGNET_BUILD=${SIGNET_BUILD:-debug}

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$(basename "$0"): $*"
    exit 1
}

# Prints the comment at the head of the calling script, which is its manual.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

# Builds what is named with --product or --build-tests, and says nothing while all is well.
build() {
    local log
    log=$(mktemp)
    if ! (cd "$SIGNET_ROOT_DIR" && swift build -c "$SIGNET_BUILD" --explicit-target-dependency-import-check error "$@") >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "the build failed; the compiler's messages stand above"
    fi
    rm -f "$log"
}

# The built program; SIGNET_PROGRAM names another one, which is then not built.
program() { printf '%s' "${SIGNET_PROGRAM:-$SIGNET_ROOT_DIR/.build/$SIGNET_BUILD/signet}"; }

# A TCP port that is free now, on loopback.
free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits until a file has a line that matches a pattern, or a process has ended, or 30 seconds are over.
await_line() {
    local pattern=$1 file=$2 process=$3 attempt
    for attempt in $(seq 300); do
        grep -q "$pattern" "$file" 2>/dev/null && return 0
        kill -0 "$process" 2>/dev/null || return 1
        sleep 0.1
    done
    return "$attempt"
}
