# The transparency log: integration, latency to a proof, proofs from large logs, memory; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154
source "$SIGNET_ROOT_DIR/scripts/bench.d/fill.sh"
tools=$SIGNET_ROOT_DIR/scripts/bench.d

# make STATE: a state directory.
make() { "$(program)" init --state "$1" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null; }

# --- Integration: entries that are committed already become part of the log, through the store that a daemon has.
entries=200000
make "$work/integration"
fill "$work/integration" "$entries" $((entries + 1))
sqlite3 "$work/integration/signet.db" "INSERT INTO log_outbox (kind, reference)
    SELECT 0, id FROM certificates WHERE actor = 'token:bench' ORDER BY id"
serve "$work/integration"
python3 "$tools/log_progress.py" "$work/integration/log/public/checkpoint" "$entries" "$signet"
kill "$signet"
wait "$signet" || true
rm -rf "$work/integration"

# --- Latency: from the answer with the certificate to the proof that it is in the log, alone and beside other callers.
openssl req -new -newkey ed25519 -nodes -keyout "$work/agent.key" -out "$work/agent.csr" -subj / \
    -addext "subjectAltName=URI:ans://v1.0.0.bench.agents.example" 2>/dev/null
printf '{"profile":"agent-identity","csr":"%s"}' "$(openssl req -in "$work/agent.csr" -outform DER | base64 -w 0)" \
    >"$work/request.json"
make "$work/latency"
serve "$work/latency"
for callers in 0 8; do
    python3 "$tools/log_latency.py" "$api" "$public" "$work/latency/secrets/admin.token" "$work/request.json" "$seconds" \
        "$callers"
done
kill "$signet"
wait "$signet" || true
rm -rf "$work/latency"

# --- Proofs from large logs, built by log_synthetic.py; beside them a file and a tile on the same listener.
cat >"$work/log.lua" <<'LUA'
local first, last = os.getenv("BENCH_PREFIX"), os.getenv("BENCH_SUFFIX")
local count, isTile = tonumber(os.getenv("BENCH_COUNT")), os.getenv("BENCH_KIND") == "tile"
local function tile(index)
    local text = string.format("%03d", index % 1000)
    index = math.floor(index / 1000)
    while index > 0 do
        text = string.format("x%03d/", index % 1000) .. text
        index = math.floor(index / 1000)
    end
    return text
end
function init() math.randomseed(tonumber(os.getenv("BENCH_SEED"))) end
function request()
    if count == 0 then return wrk.format("GET", first) end
    local index = math.random(0, count - 1)
    return wrk.format("GET", first .. (isTile and tile(index) or index) .. last)
end
function done(summary, latency)
    io.write(string.format('"requests":%d,"errors":%d,"octets_each":%d,"per_second":%.0f,"p50_ms":%.2f,"p99_ms":%.2f\n', summary.requests,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        summary.bytes / math.max(summary.requests, 1), (summary.requests - summary.errors.status) / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
LUA

# ask WHAT ENTRIES PREFIX COUNT SUFFIX [KIND [URL]]: measures GETs of PREFIX, a number below COUNT, SUFFIX; sets $rate to
# those a second that were answered with what was asked for. With warm=0 nothing is asked before; no number is drawn by a seed
# that was there before.
seed=0
ask() {
    export BENCH_PREFIX=$3 BENCH_COUNT=$4 BENCH_SUFFIX=$5 BENCH_KIND=${6:-}
    local result url=${7:-$public}
    export BENCH_SEED=$((seed += 1))
    [ "${warm:-2}" -eq 0 ] || wrk -t 1 -c "$connections" -d "${warm:-2}s" -s "$work/log.lua" "$url" >/dev/null
    export BENCH_SEED=$((seed += 1))
    result=$(wrk -t 1 -c "$connections" -d "${seconds}s" -s "$work/log.lua" "$url" | grep '^"requests"')
    printf '{"benchmark":"log","entries":%d,"measure":"%s",%s}\n' "$2" "$1" "$result"
    rate=${result#*\"per_second\":}
    rate=${rate%%,*}
}

# static_files DIRECTORY: nginx with a directory's files, on $nginx_port.
static_files() {
    nginx_port=$(free_port)
    cat >"$work/nginx.conf" <<CONF
$([ "$(id -u)" -ne 0 ] || echo 'user root;') daemon off; pid $work/nginx.pid; worker_processes 2; error_log $work/nginx.log;
events { worker_connections 1024; }
http {
    access_log off; sendfile on; keepalive_requests 100000000;
    client_body_temp_path $work/nginx-body; proxy_temp_path $work/nginx-proxy; fastcgi_temp_path $work/nginx-fastcgi;
    uwsgi_temp_path $work/nginx-uwsgi; scgi_temp_path $work/nginx-scgi;
    server { listen 127.0.0.1:$nginx_port; root $1; }
}
CONF
    PATH=$PATH:/usr/sbin nginx -c "$work/nginx.conf" -e "$work/nginx.log" &
    nginx=$!
    processes+=("$nginx")
    for _ in $(seq 100); do
        curl --silent --output /dev/null "http://127.0.0.1:$nginx_port/checkpoint" && break
        sleep 0.1
    done
}

for count in 1000000 "${certificates:-10000000}"; do
    state=$work/synthetic
    make "$state"
    # The daemon signs it anew with its own keys at its start, as after a change of keys.
    origin=log.bench.example
    printf '%s\n' "$origin" >"$state/log/origin"
    begin=$(date +%s%N)
    root=$(python3 "$tools/log_synthetic.py" "$work/made" "$origin" "$count")
    rm -rf "$state/log/public"
    mv "$work/made/public" "$state/log/public"
    cat "$work/made/key" >>"$state/log/retired-keys"
    sqlite3 "$state/signet.db" "INSERT INTO log_record (id, size, root, last_id) VALUES (1, $count, x'${root#* }', 0)"
    printf '{"benchmark":"log","entries":%d,"measure":"built","seconds":%d,"disk_mb":%d}\n' "$count" \
        "$((($(date +%s%N) - begin) / 1000000000))" "$(du -sm "$state/log/public" | cut -f 1)"
    begin=$(date +%s%N)
    serve "$state"
    printf '{"benchmark":"log","entries":%d,"measure":"start","ms":%d,"memory_mb":%d}\n' "$count" \
        "$((($(date +%s%N) - begin) / 1000000))" "$(memory_of "$signet")"
    # The first batch, of the authority's own certificates, goes on from what was built.
    python3 "$tools/log_progress.py" "$state/log/public/checkpoint" "$((count + 1))" "$signet" >/dev/null
    ask "a file in memory" "$count" /ca/agents.cer 0 ""
    file=$rate
    ask "tiles" "$count" /tile/0/ "$((count / 256))" "" tile
    tiles=$rate
    warm=0 ask "inclusion proofs, nothing kept in memory yet" "$count" /v1/log/inclusion/ "$count" "/$count"
    ask "inclusion proofs" "$count" /v1/log/inclusion/ "$count" "/$count"
    proofs=$rate
    static_files "$state/log/public"
    ask "nginx: tiles" "$count" /tile/0/ "$((count / 256))" "" tile "http://127.0.0.1:$nginx_port"
    kill "$nginx"
    wait "$nginx" || true
    jq -nc --argjson entries "$count" --argjson file "$file" --argjson tiles "$tiles" --argjson proofs "$proofs" \
        --argjson nginx "$rate" --argjson mb "$(memory_of "$signet")" 'def part($of): ($proofs / $of * 100 | round) / 100;
        {benchmark: "log", $entries, measure: "ratio", proofs_to_tiles: part($tiles), proofs_to_nginx_tiles: part($nginx),
            proofs_to_files_in_memory: part($file), memory_mb: $mb}'
    ask "proof files with the checkpoint" "$count" /v1/log/proof/ "$count" ""
    kill "$signet"
    wait "$signet" || true
    rm -rf "$state" "$work/made"
done
