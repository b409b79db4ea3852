# Ten million certificates; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154
source "$SIGNET_ROOT_DIR/scripts/bench.d/fill.sh"
source "$SIGNET_ROOT_DIR/scripts/bench.d/ocsp_load.sh"
tools=$SIGNET_ROOT_DIR/scripts/bench.d

for count in 1000 "${certificates:-10000000}"; do
    state=$work/state-$count
    "$(program)" init --state "$state" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
    fill "$state" "$count" 10
    begin=$(date +%s%N)
    serve "$state"
    awk -v n="$count" -v ms="$((($(date +%s%N) - begin) / 1000000))" -v mb="$(memory_of "$signet")" 'BEGIN {
        printf "{\"benchmark\":\"scale\",\"certificates\":%d,\"revoked\":%d,\"start_ms\":%d,\"memory_mb\":%d}\n", n, n / 10, ms, mb }'
    python3 "$tools/ocsp_requests.py" "$state/signet.db" "$state/certificates/agents.pem" \
        "$((count < 200000 ? count : 200000))" 1 >"$work/get"
    before=$(cpu_of "$signet")
    cold=$(python3 "$tools/ocsp_connections.py" --once "$public" "$work/get" 60)
    awk -v result="$cold" -v count="$count" -v a="$(cpu_of "$signet")" -v b="$before" 'BEGIN {
        split(result, parts, /[:,]/)
        printf "{\"benchmark\":\"scale\",\"certificates\":%d,\"measure\":\"cold answers\",%s,\"cpu_us_each\":%.0f}\n",
            count, result, (a - b) / parts[2] * 1e6 }'
    ask "signet, $count certificates" "$signet" "$public/ocsp" "$work/get" 60
    awk -v n="$count" '/VmHWM/ { printf "{\"benchmark\":\"scale\",\"certificates\":%d,\"peak_mb\":%.0f}\n", n, $2 / 1024 }' \
        "/proc/$signet/status"
    python3 "$tools/management_calls.py" "$state/signet.db" "$api" "$state/secrets/admin.token" "$count"
    kill "$signet"
    wait "$signet" || true
    rm -rf "$state"
done
