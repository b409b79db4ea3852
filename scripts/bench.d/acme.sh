# Public certificates by dns-01, and many that are due at once; sourced by scripts/bench.
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

# Two CAs: Pebble, by which the work of an order is measured, and Caddy's, which lives through 10,000 of them: Pebble 2.4 comes
# to a stand of its own locks after some thousand orders at once. nginx before them has the CA's limits, and writes down when it
# was asked for what.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=CA TLS' \
    -addext 'subjectAltName=IP:127.0.0.1' -addext 'basicConstraints=critical,CA:TRUE' \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
pebble_port=$(free_port)
caddy_port=$(free_port)
acme=$(free_port)
cat >"$work/pebble.json" <<JSON
{"pebble": {"listenAddress": "127.0.0.1:$pebble_port", "managementListenAddress": "127.0.0.1:$(free_port)",
    "certificate": "$work/ca.pem", "privateKey": "$work/ca.key", "httpPort": $(free_port), "tlsPort": $(free_port),
    "ocspResponderURL": "", "externalAccountBindingRequired": false, "certificateValidityPeriod": 7776000}}
JSON
# Each name is proven anew, and no nonce rejected: what is measured is the work.
PEBBLE_VA_NOSLEEP=1 PEBBLE_AUTHZREUSE=0 PEBBLE_WFE_NONCEREJECT=0 \
    pebble -config "$work/pebble.json" -dnsserver "127.0.0.1:$port" -strict >/dev/null 2>"$work/pebble.log" &
pebble=$!
processes+=("$pebble")
mkdir "$work/caddy"
cat >"$work/Caddyfile" <<CADDY
{
    admin off
    auto_https off
    skip_install_trust
    storage file_system $work/caddy/storage
    default_bind 127.0.0.1
    log {
        level ERROR
    }
    pki {
        ca local {
            intermediate_lifetime 3000h
        }
    }
}
https://127.0.0.1:$caddy_port {
    tls $work/ca.pem $work/ca.key
    acme_server {
        challenges dns-01
        resolvers 127.0.0.1:$port
        lifetime 2160h
    }
}
CADDY
caddy=$(command -v caddy || python3 -c 'import sysconfig; print(sysconfig.get_path("scripts") + "/caddy")')
HOME=$work/caddy XDG_DATA_HOME=$work/caddy XDG_CONFIG_HOME=$work/caddy \
    "$caddy" run --adapter caddyfile --config "$work/Caddyfile" >"$work/caddy.log" 2>&1 &
caddy=$!
processes+=("$caddy")

# How long the CA closes its door when its limit is reached, in seconds.
door=5
# limit CA-PORT NEW-ORDER-PATH ORDERS-A-SECOND: nginx's configuration; 0 for no limit
limit() {
    local inner=$1 path=$2
    shift 2
    local limited=
    [ "$1" = 0 ] || limited="limit_req zone=orders burst=$1 nodelay;"
    mkdir -p "$work/nginx"
    cat >"$work/nginx/nginx.conf" <<CONF
$([ "$(id -u)" -ne 0 ] || echo 'user root;') daemon off; pid $work/nginx/nginx.pid; worker_processes 1; error_log $work/nginx/error.log;
events { worker_connections 1024; }
http {
    log_format calls '\$msec \$request_time \$status \$uri';
    access_log $work/nginx/access.log calls;
    client_body_temp_path $work/nginx/body; proxy_temp_path $work/nginx/proxy; fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi; scgi_temp_path $work/nginx/scgi;
    limit_req_zone \$server_port zone=orders:1m rate=$(($1 > 0 ? $1 : 1))r/s;
    limit_req_status 429; limit_req_log_level info;
    upstream ca { server 127.0.0.1:$inner; keepalive 32; }
    server {
        listen 127.0.0.1:$acme ssl; ssl_certificate $work/ca.pem; ssl_certificate_key $work/ca.key;
        keepalive_requests 1000000;
        proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host \$http_host;
        location / { proxy_pass https://ca; }
        location = $path { $limited error_page 429 @limited; proxy_pass https://ca; }
        location @limited {
            default_type application/problem+json; add_header Retry-After $door always;
            return 429 '{"type":"urn:ietf:params:acme:error:rateLimited","detail":"too many new orders","status":429}';
        }
    }
}
CONF
}
limit "$pebble_port" /order-plz 0
: >"$work/nginx/access.log"
PATH=$PATH:/usr/sbin nginx -c "$work/nginx/nginx.conf" -e "$work/nginx/error.log" &
nginx=$!
processes+=("$nginx")
for _ in $(seq 100); do
    curl --silent --fail --cacert "$work/ca.pem" --output /dev/null "https://127.0.0.1:$acme/dir" && break
    sleep 0.1
done

# make STATE DIRECTORY-PATH: a state directory whose CA is the one behind nginx.
make() {
    "$(program)" init --state "$1" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
    (umask 077 && printf '%s\n' "$secret" >"$1/secrets/tsig.key")
    cat >"$1/dns.yaml" <<YAML
providers:
  local: {kind: rfc2136, server: "127.0.0.1:$port", key: signet-key, secretFile: secrets/tsig.key}
zones:
  - {zone: agents.test, ours: true, provider: local, servers: ["127.0.0.1:$port"]}
YAML
    sed -i "s|^  authorities: .*|  authorities: {ca: {directory: \"https://127.0.0.1:$acme$2\", roots: $work/ca.pem, agreeToTerms: true}}|" \
        "$1/config.yaml"
    # What is measured is the work, not our own limits on it.
    printf 'version: 1\nrules:\n  - name: everyone\n    when: {zone: ours}\n    then: {allow: {proofs: [key]}}\n' \
        >"$1/policies/registration.yaml"
    "$(program)" init --state "$1" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
}

# Seconds of the processor that signet, named, the CA and nginx (with its worker) have used.
used() {
    local worker
    worker=$(pgrep -P "$nginx" | tail -n 1)
    echo "$(cpu_of "$signet") $(cpu_of "$named") $(cpu_of "$ca") $(cpu_of "${worker:-$nginx}")"
}

# The sums of the steps' times so far: STEP SECONDS COUNT a line.
steps() {
    curl --silent "$api/metrics" | sed -nE \
        -e 's/^signet_acme_step_duration_seconds_(sum|count)\{.*step="([a-z]+)".*\} ([0-9.e+-]+)$/\2 \1 \3/p' \
        -e 's/^signet_server_order_duration_seconds_(sum|count)(\{.*\})? ([0-9.e+-]+)$/whole_order \1 \3/p'
}

# register COUNT PREFIX: registrations, each with an order, until they are ACTIVE
register() {
    local before result
    before=$(used)
    steps >"$work/steps.before"
    result=$(python3 "$tools/register_load.py" "$api" "$state/secrets/admin.token" agents.test "$1" "$connections" "$2" server) ||
        fail "no registration became active: $(tail -n 3 "$work/signet.log")"
    steps >"$work/steps.after"
    echo "$before $(used)" | awk -v result="$result" -v count="$1" -v n="$connections" -v ca="$name" '{
        printf "{\"benchmark\":\"acme\",\"measured\":\"orders\",\"ca\":\"%s\",\"connections\":%d,%s,\"cpu_ms_each\":%.1f,", ca, n, result, ($5 - $1) / count * 1e3
        printf "\"named_cpu_ms_each\":%.1f,\"ca_cpu_ms_each\":%.1f,\"nginx_cpu_ms_each\":%.1f}\n",
            ($6 - $2) / count * 1e3, ($7 - $3) / count * 1e3, ($8 - $4) / count * 1e3 }'
    # Where the time of one order goes, in the mean.
    awk -v n="$connections" -v ca="$name" 'FNR == NR { before[$1, $2] = $3; next } { now[$1, $2] = $3 - before[$1, $2]; names[$1] }
        END {
            printf "{\"benchmark\":\"acme\",\"measured\":\"milliseconds of an order\",\"ca\":\"%s\",\"connections\":%d", ca, n
            split("whole_order intended ordered presenting validating finalizing downloading", order, " ")
            for (i = 1; i <= 7; i++) if (now[order[i], "count"] > 0)
                printf ",\"%s\":%.0f", order[i], now[order[i], "sum"] / now[order[i], "count"] * 1e3
            print "}"
        }' "$work/steps.before" "$work/steps.after"
}

# An order, alone and beside others.
state=$work/state
name=pebble ca=$pebble
make "$state" /dir
serve "$state"
saved=$connections
connections=1
register "$((${certificates:-10000} < 40 ? ${certificates:-10000} : 40))" single-
connections=$saved
register "$((${certificates:-10000} < 1000 ? ${certificates:-10000} : 1000))" load-
kill "$signet" "$pebble"
wait "$signet" "$pebble" || true

# Many.
state=$work/many
name=caddy ca=$caddy
limit "$caddy_port" /acme/local/new-order 0
kill -HUP "$nginx"
sleep 1
make "$state" /acme/local/directory
serve "$state"
register "${certificates:-10000}" many- | tee "$work/load"
rate=$(sed -n 's/.*"per_second":\([0-9]*\).*/\1/p' "$work/load")

# All of them are due at once: 61 days of the 90 are over, as the store has it. The CA takes half of what we could order.
kill "$signet"
wait "$signet" || true
passed=$((61 * 86400))
sqlite3 "$state/signet.db" "UPDATE server_certificates SET not_before = not_before - $passed, not_after = not_after - $passed;
    UPDATE registrations SET due_at = 1, document = json_set(document, '\$.serverRequests[0].askAgainAt', 0,
        '\$.serverRequests[0].renewAt', 0) WHERE status = 'ACTIVE';"
former=$(sqlite3 "$state/signet.db" "SELECT MAX(id) FROM server_certificates")
due=$(sqlite3 "$state/signet.db" "SELECT COUNT(*) FROM server_certificates")
allowed=$((rate / 2 > 1 ? rate / 2 : 1))
limit "$caddy_port" /acme/local/new-order "$allowed"
kill -HUP "$nginx"
sleep 1
: >"$work/nginx/access.log"
kill -USR1 "$nginx"
serve "$state"
began=$(date +%s%3N)
idle=$(memory_of "$signet")
renewed() { sqlite3 "$state/signet.db" "SELECT COUNT(*) FROM server_certificates WHERE id > $former"; }
for _ in $(seq "$((seconds * 6))"); do
    [ "$(renewed)" -lt "$due" ] || break
    sleep 1
done
under_limit=$(renewed)
limited_for=$(($(date +%s%3N) - began))
cp "$work/nginx/access.log" "$work/limited.log"
# The CA has mended its limit: the rest.
limit "$caddy_port" /acme/local/new-order 0
kill -HUP "$nginx"
for _ in $(seq 3600); do
    [ "$(renewed)" -lt "$due" ] || break
    sleep 1
done
[ "$(renewed)" = "$due" ] || fail "of $due certificates, $(renewed) were renewed: $(tail -n 3 "$work/signet.log")"
peak=$(awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$signet/status")

# An order into a closed door is one that was begun within the Retry-After of a refusal, which takes a moment to be known.
awk -v door="$door" -v due="$due" -v allowed="$allowed" -v renewed="$under_limit" -v took="$limited_for" '
    $4 == "/acme/local/new-order" { count++; end[count] = $1; start[count] = $1 - $2; status[count] = $3 }
    END {
        closed = -1
        for (i = 1; i <= count; i++) {
            if (status[i] != 429) { taken++; if (closed >= 0 && start[i] > closed + 0.1 && start[i] < closed + door) into++; continue }
            refused++
            if (closed >= 0 && start[i] > closed + 0.1 && start[i] < closed + door) into++
            else closed = end[i]
        }
        printf "{\"benchmark\":\"acme\",\"measured\":\"due at once, under a limit of the CA\",\"certificates\":%d,", due
        printf "\"limit_per_second\":%d,\"seconds\":%.1f,\"orders_taken\":%d,\"orders_refused\":%d,", allowed, took / 1e3, taken, refused
        printf "\"orders_into_a_closed_door\":%d,\"renewed\":%d}\n", into, renewed
    }' "$work/limited.log"
sqlite3 "$state/signet.db" "SELECT (added_at_ms - $began) / 1000.0 FROM server_certificates WHERE id > $former ORDER BY 1" |
    awk -v idle="$idle" -v peak="$peak" '{ value[NR] = $1 } END {
        printf "{\"benchmark\":\"acme\",\"measured\":\"due at once\",\"certificates\":%d,\"half_renewed_s\":%.1f,", NR, value[int((NR + 1) / 2)]
        printf "\"all_renewed_s\":%.1f,\"memory_mb\":%d,\"peak_memory_mb\":%d}\n", value[NR], idle, peak }'

# When those will be due: most in an hour, beside what it would be if they were spread evenly.
for _ in $(seq 600); do
    waiting=$(sqlite3 "$state/signet.db" \
        "SELECT COUNT(*) FROM registrations WHERE COALESCE(document ->> '\$.serverRequests[#-1].renewAt', 0) = 0")
    [ "$waiting" -gt 0 ] || break
    sleep 0.5
done
sqlite3 "$state/signet.db" "SELECT (document ->> '\$.serverRequests[#-1].renewAt') / 1000 FROM registrations
        WHERE status = 'ACTIVE' ORDER BY 1" |
    awk '{ hours[int($1 / 3600)]++; if (NR == 1) first = $1; last = $1 } END {
        for (hour in hours) if (hours[hour] > most) most = hours[hour]
        printf "{\"benchmark\":\"acme\",\"measured\":\"spread\",\"certificates\":%d,\"days\":%.1f,\"most_in_an_hour\":%d,", NR, (last - first) / 86400, most
        printf "\"even_in_an_hour\":%.1f}\n", NR / ((last - first) / 3600 + 1) }'
