# Certificates issued over HTTP; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154

openssl req -new -newkey ed25519 -nodes -keyout "$work/agent.key" -out "$work/agent.csr" -subj / \
    -addext "subjectAltName=URI:ans://v1.0.0.bench.agents.example" 2>/dev/null
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/host.key" -out "$work/host.csr" -subj /CN=bench.agents.example \
    -addext "subjectAltName=DNS:bench.agents.example" 2>/dev/null
openssl req -new -key "$work/agent.key" -out "$work/agent-host.csr" -subj /CN=bench.agents.example \
    -addext "subjectAltName=DNS:bench.agents.example" 2>/dev/null

# The script for wrk: one POST over and over; counts what is not 200 or 201; prints percentiles.
cat >"$work/post.lua" <<'LUA'
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
local file = io.open(os.getenv("BENCH_BODY"))
wrk.body = file:read("*a")
file:close()
local name, value = os.getenv("BENCH_HEADER"):match("^([^:]*): (.*)$")
if name then wrk.headers[name] = value end
function done(summary, latency, requests)
    io.write(string.format('"requests":%d,"errors":%d,"per_second":%.0f,"p50_ms":%.2f,"p99_ms":%.2f', summary.requests,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
LUA

# load NAME PROCESS URL BODY HEADER: warms up, then measures
load() {
    local name=$1 process=$2 url=$3 before after
    export BENCH_BODY=$4 BENCH_HEADER=$5
    local idle
    idle=$(memory_of "$process")
    wrk -t 1 -c "$connections" -d 2s -s "$work/post.lua" "$url" >/dev/null
    before=$(cpu_of "$process")
    local result
    result=$(wrk -t 1 -c "$connections" -d "${seconds}s" -s "$work/post.lua" "$url" | grep -o '"requests".*')
    after=$(cpu_of "$process")
    local requests
    requests=${result#*:}
    requests=${requests%%,*}
    awk -v name="$name" -v result="$result" -v cpu="$(awk -v a="$after" -v b="$before" 'BEGIN { print a - b }')" \
        -v requests="$requests" -v idle="$idle" -v loaded="$(memory_of "$process")" 'BEGIN {
        printf "{\"benchmark\":\"issue\",\"server\":\"%s\",%s,\"cpu_us_each\":%.0f,\"memory_idle_mb\":%d,\"memory_loaded_mb\":%d}\n",
            name, result, cpu / requests * 1e6, idle, loaded }'
}

mkdir "$work/tokens"
printf 'directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n' "$work/tokens" >"$work/softhsm.conf"
"$SIGNET_ROOT_DIR/.build/release/signing-loop" "$work/softhsm.conf" /usr/lib/softhsm/libsofthsm2.so 3

"$(program)" init --state "$work/state" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
printf '{"profile":"agent-identity","csr":"%s"}' "$(openssl req -in "$work/agent.csr" -outform DER | base64 -w 0)" \
    >"$work/signet.json"

# Without the log: the outbox takes nothing in, so there is nothing to integrate. All the rest is the same program.
cp -a "$work/state" "$work/state-without-log"
sqlite3 "$work/state-without-log/signet.db" "CREATE TRIGGER without_log BEFORE INSERT ON log_outbox
    BEGIN SELECT RAISE(IGNORE); END"

# issue STATE NAME: measures, and adds a line to $work/NAME.
issue() {
    serve "$work/$1"
    load "$2" "$signet" "$api/v1/certificates" "$work/signet.json" \
        "Authorization: Bearer $(cat "$work/$1/secrets/admin.token")" | tee -a "$work/$2"
    kill "$signet"
    wait "$signet" || true
}

# In turns, so that neither has the quieter machine.
for _ in 1 2; do
    issue state signet
    issue state-without-log "signet without log"
done
jq -sc '(map(select(.server == "signet").per_second) | add) as $with
    | (map(select(.server != "signet").per_second) | add) as $without
    | {benchmark: "issue", measure: "with the log to without", ratio: (($with / $without * 1000 | round) / 1000)}' \
    "$work/signet" "$work/signet without log"
[ "$peers" = yes ] || return 0

openssl ecparam -name prime256v1 -genkey -noout -out "$work/ca.key"
openssl req -x509 -new -key "$work/ca.key" -subj /CN=Bench -days 30 -out "$work/ca.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign
printf '{"signing":{"default":{"expiry":"24h","usages":["digital signature","client auth"]}}}' >"$work/cfssl.config"
port=$(free_port)
cfssl serve -address 127.0.0.1 -port "$port" -ca "$work/ca.pem" -ca-key "$work/ca.key" -config "$work/cfssl.config" \
    -loglevel 5 >"$work/cfssl.log" 2>&1 &
cfssl=$!
processes+=("$cfssl")
sleep 2
awk 'BEGIN { printf "{\"certificate_request\":\"" } { printf "%s\\n", $0 } END { printf "\"}" }' "$work/host.csr" >"$work/cfssl.json"
load cfssl "$cfssl" "http://127.0.0.1:$port/api/v1/cfssl/sign" "$work/cfssl.json" ""
kill "$cfssl"

port=$(free_port)
bao=$(python3 -c 'import shutil, sysconfig; print(shutil.which("bao") or sysconfig.get_path("scripts") + "/bao")')
cat >"$work/bao.hcl" <<HCL
storage "raft" {
  path    = "$work/bao"
  node_id = "bench"
}
cluster_addr = "http://127.0.0.1:$(free_port)"
api_addr = "http://127.0.0.1:$port"
listener "tcp" {
  address = "127.0.0.1:$port"
  tls_disable = true
}
disable_mlock = true
HCL
mkdir "$work/bao"
"$bao" server -config "$work/bao.hcl" -log-level error >"$work/bao.log" 2>&1 &
server=$!
processes+=("$server")
export BAO_ADDR=http://127.0.0.1:$port
for _ in $(seq 100); do
    "$bao" operator init -key-shares 1 -key-threshold 1 -format json >"$work/bao.init" 2>/dev/null && break
    sleep 0.2
done
"$bao" operator unseal "$(jq -r '.unseal_keys_b64[0]' "$work/bao.init")" >/dev/null
BAO_TOKEN=$(jq -r .root_token "$work/bao.init")
export BAO_TOKEN
sleep 2
"$bao" secrets enable pki >/dev/null
"$bao" write -format json pki/root/generate/internal common_name=Bench key_type=ec key_bits=256 ttl=720h >/dev/null
"$bao" write pki/roles/bench allow_any_name=true key_type=any max_ttl=24h no_store=false >/dev/null
awk 'BEGIN { printf "{\"common_name\":\"bench.agents.example\",\"csr\":\"" } { printf "%s\\n", $0 } END { printf "\"}" }' "$work/agent-host.csr" \
    >"$work/bao.json"
load openbao "$server" "$BAO_ADDR/v1/pki/sign/bench" "$work/bao.json" "X-Vault-Token: $BAO_TOKEN"
