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

# A port that is free on loopback, below those that the kernel gives to outgoing connections: it stays free until a server
# starts.
free_port() {
    python3 - <<'EOF'
import random
import socket

lowest = int(open("/proc/sys/net/ipv4/ip_local_port_range").read().split()[0])
while True:
    port = random.randint(10000, lowest - 1 if lowest > 12000 else 65000)
    try:
        for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
            with socket.socket(socket.AF_INET, kind) as probe:
                probe.bind(("127.0.0.1", port))
    except OSError:
        continue
    print(port)
    break
EOF
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
