# Time and memory for large CRLs; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154
source "$SIGNET_ROOT_DIR/scripts/bench.d/fill.sh"

for entries in ${certificates:-10000 100000 1000000}; do
    "$(program)" init --state "$work/state-$entries" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
    fill "$work/state-$entries" "$entries" 1
    serve "$work/state-$entries"
    await_line 'CRL published.*crl=agents ' "$work/signet.log" "$signet" || fail "no CRL: $(cat "$work/signet.log")"
    made=$(sed -n 's/.*CRL published.* seconds=\([0-9.]*\).*/\1/p' "$work/signet.log" | tail -n 1)
    fetched=$(curl --silent --fail --output "$work/crl" --write-out '%{time_total}' "$public/crl/agents.crl")
    printf '{"benchmark":"crl","server":"signet","entries":%d,"seconds":%.2f,"peak_mb":%d,"octets":%d,"fetch_seconds":%.3f}\n' \
        "$(openssl crl -in "$work/crl" -inform DER -noout -text | grep -c 'Serial Number:')" "$made" \
        "$(awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$signet/status")" "$(stat -c %s "$work/crl")" "$fetched"
    kill "$signet"
    wait "$signet" || true
    [ "$peers" = yes ] || continue

    [ -f "$work/ca.pem" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" \
        -out "$work/ca.pem" -subj /CN=Bench -days 30 2>/dev/null
    sqlite3 -separator '' "$work/state-$entries/signet.db" "SELECT 'R' || char(9) ||
        strftime('%Y%m%d%H%M%SZ', not_after, 'unixepoch') || char(9) ||
        strftime('%Y%m%d%H%M%SZ', revoked_at, 'unixepoch') || ',superseded' || char(9) || hex(serial) || char(9) ||
        'unknown' || char(9) || '/CN=' || agent FROM certificates WHERE state = 3" | sed 's/\t20\([0-9]\{12\}Z\)/\t\1/g' >"$work/index.txt"
    printf '[ca]\ndefault_ca = own\n[own]\ndatabase = %s\ndefault_md = sha256\ndefault_crl_days = 1\n' "$work/index.txt" \
        >"$work/ca.config"
    printf 'unique_subject = no\n' >"$work/index.txt.attr"
    python3 - "$entries" openssl ca -gencrl -config "$work/ca.config" -cert "$work/ca.pem" -keyfile "$work/ca.key" \
        -out "$work/peer.pem" <<'PYTHON'
import json, resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[2:], check=True, stderr=subprocess.DEVNULL)
print(json.dumps({"benchmark": "crl", "server": "openssl ca -gencrl", "entries": int(sys.argv[1]),
    "seconds": round(time.monotonic() - begin, 2),
    "peak_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}, separators=(",", ":")))
PYTHON
    rm -rf "$work/state-$entries"
done
