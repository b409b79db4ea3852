# Registrations to ACTIVE in a zone of ours; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154
tools=$SIGNET_ROOT_DIR/scripts/bench.d
port=$(free_port)
secret=$(openssl rand -base64 32)
mkdir "$work/named"
cat >"$work/named/named.conf" <<CONF
options {
    directory "$work/named"; pid-file none; session-keyfile "$work/named/session.key";
    listen-on port $port { 127.0.0.1; }; listen-on-v6 { none; }; recursion no; dnssec-validation no;
};
controls { };
logging { category default { null; }; };
key "signet-key" { algorithm hmac-sha256; secret "$secret"; };
zone "agents.test" { type primary; file "agents.zone"; update-policy { grant signet-key zonesub ANY; }; };
CONF
# shellcheck disable=SC2016  # $TTL is the zone file's
printf '$TTL 60\n@ SOA ns.agents.test. hostmaster.agents.test. 1 60 60 3600 1\n@ NS ns.agents.test.\nns A 127.0.0.1\n' \
    >"$work/named/agents.zone"
PATH=$PATH:/usr/sbin named -f -n 1 -c "$work/named/named.conf" >"$work/named.log" 2>&1 &
named=$!
processes+=("$named")
for _ in $(seq 100); do
    [ -z "$(dig +short +time=1 +tries=1 @127.0.0.1 -p "$port" ns.agents.test A 2>/dev/null)" ] || break
    sleep 0.1
done

state=$work/state
"$(program)" init --state "$state" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
(umask 077 && printf '%s\n' "$secret" >"$state/secrets/tsig.key")
cat >"$state/dns.yaml" <<YAML
providers:
  local: {kind: rfc2136, server: "127.0.0.1:$port", key: signet-key, secretFile: secrets/tsig.key}
zones:
  - {zone: agents.test, ours: true, provider: local, servers: ["127.0.0.1:$port"]}
YAML
# What is measured is the work, not the limits on it.
printf 'version: 1\nrules:\n  - name: everyone\n    when: {zone: ours}\n    then: {allow: {proofs: [key]}}\n' \
    >"$state/policies/registration.yaml"

# register COUNT PREFIX: one line of figures
register() {
    local before named_before result
    before=$(cpu_of "$signet")
    named_before=$(cpu_of "$named")
    result=$(python3 "$tools/register_load.py" "$api" "$state/secrets/admin.token" agents.test "$1" "$connections" "$2") ||
        fail "no registration became active: $(tail -n 3 "$work/signet.log")"
    awk -v result="$result" -v count="$1" -v store="$3" -v a="$(cpu_of "$signet")" -v b="$before" \
        -v c="$(cpu_of "$named")" -v d="$named_before" -v n="$connections" 'BEGIN {
        printf "{\"benchmark\":\"register\",\"agents_before\":%d,\"connections\":%d,%s,\"cpu_us_each\":%.0f,\"named_cpu_us_each\":%.0f}\n",
            store, n, result, (a - b) / count * 1e6, (c - d) / count * 1e6 }'
}

serve "$state"
register 200 warm- 0 >/dev/null
register "${certificates:-2000}" load- 200
saved=$connections
connections=1
register 200 single- 2400
connections=$saved

# A hundred thousand agents: copies of one registration under other names.
kill "$signet"
wait "$signet" || true
sqlite3 "$state/signet.db" <<SQL
WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < 100000),
one AS (SELECT * FROM registrations LIMIT 1)
INSERT INTO registrations (id, owner, ans_name, host, zone, thumbprint, status, holds_name, holds_host, revision, due_at, document)
SELECT printf('00000000-0000-7000-8000-%012d', i), 'token:other' || (i % 100), 'ans://v1.0.0.filled' || i || '.agents.test',
    'filled' || i || '.agents.test', zone, thumbprint || i, status, 1, 1, revision, due_at, document
FROM number, one;
SQL
serve "$state"
register 200 again- 102600 >/dev/null
register "${certificates:-2000}" full- 102800
