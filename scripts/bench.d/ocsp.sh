# OCSP answers at rate, beside other servers; sourced by scripts/bench.
# shellcheck shell=bash disable=SC2154
source "$SIGNET_ROOT_DIR/scripts/bench.d/fill.sh"
source "$SIGNET_ROOT_DIR/scripts/bench.d/ocsp_load.sh"
tools=$SIGNET_ROOT_DIR/scripts/bench.d

count=${certificates:-100000}
state=$work/state
"$(program)" init --state "$state" --hierarchy "$SIGNET_ROOT_DIR/ca/hierarchy.yaml" >/dev/null
fill "$state" "$count" 100
serve "$state"
python3 "$tools/ocsp_requests.py" "$state/signet.db" "$state/certificates/agents.pem" "$count" 0.5 >"$work/mixed"
python3 "$tools/ocsp_requests.py" "$state/signet.db" "$state/certificates/agents.pem" "$count" 1 >"$work/get"

# Cold: every request is the first for its certificate. As many as are there, once.
before=$(cpu_of "$signet")
cold=$(python3 "$tools/ocsp_connections.py" --once "$public" "$work/get" 60)
awk -v result="$cold" -v a="$(cpu_of "$signet")" -v b="$before" 'BEGIN {
    split(result, parts, /[:,]/)
    printf "{\"benchmark\":\"ocsp\",\"server\":\"signet, cold\",%s,\"cpu_us_each\":%.0f}\n", result, (a - b) / parts[2] * 1e6 }'

# Every answer is made before the measurement begins.
ask signet "$signet" "$public/ocsp" "$work/mixed" 40
ask "signet, GET" "$signet" "$public/ocsp" "$work/get" 20

export PYTHONPATH=$tools PYTHONDONTWRITEBYTECODE=1
ask "signet, while certificates are revoked" "$signet" "$public/ocsp" "$work/mixed" 1 4 &
sleep 1
python3 "$tools/ocsp_revocations.py" "$state/signet.db" "$state/certificates/agents.pem" "$api" "$public" \
    "$state/secrets/admin.token" 100 "$seconds"
wait $!
[ "$peers" = yes ] || return 0

path=$(head -n 1 "$work/get" | cut -d ' ' -f 2)
curl --silent --fail --output "$work/response.der" "$public$path"
mkdir "$work/nginx"
mv "$work/response.der" "$work/nginx/response.der"
port=$(free_port)
cat >"$work/nginx.conf" <<NGINX
worker_processes 2;
daemon off;
user root;
pid $work/nginx.pid;
error_log $work/nginx.log;
events { worker_connections 1024; }
http {
    access_log off;
    sendfile on;
    tcp_nopush on;
    open_file_cache max=100;
    keepalive_requests 100000000;
    types { application/ocsp-response der; }
    client_body_temp_path $work/nginx/body;
    proxy_temp_path $work/nginx/proxy;
    fastcgi_temp_path $work/nginx/fastcgi;
    uwsgi_temp_path $work/nginx/uwsgi;
    scgi_temp_path $work/nginx/scgi;
    server {
        listen 127.0.0.1:$port reuseport;
        root $work/nginx;
        add_header Cache-Control "max-age=3600,public,no-transform,must-revalidate";
        location / { rewrite ^ /response.der break; }
    }
}
NGINX
chmod 755 "$work"
nginx -c "$work/nginx.conf" -p "$work" &
nginx=$!
processes+=("$nginx")
await_port "$port" "$nginx" "$work/nginx.log"
ask "nginx, a file" "$nginx" "http://127.0.0.1:$port/ocsp" "$work/get"
kill "$nginx"

# cfssl serves what it is given: our own answers, one a line.
python3 - "$public" "$work/get" >"$work/responses" <<'PYTHON'
import base64, http.client, sys, urllib.parse
parts = urllib.parse.urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(parts.hostname, parts.port)
for line in open(sys.argv[2]):
    connection.request("GET", line.split()[1])
    print(base64.b64encode(connection.getresponse().read()).decode())
PYTHON
kill "$signet"
# It finds no request in the path of a GET: POST alone.
grep "^POST" "$work/mixed" >"$work/at-root"
port=$(free_port)
cfssl ocspserve -address 127.0.0.1 -port "$port" -responses "$work/responses" -loglevel 2 >"$work/cfssl.log" 2>&1 &
cfssl=$!
processes+=("$cfssl")
await_port "$port" "$cfssl" "$work/cfssl.log"
ask "cfssl ocspserve" "$cfssl" "http://127.0.0.1:$port/" "$work/at-root"
kill "$cfssl"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$work/ca.key" -out "$work/ca.pem" \
    -subj /CN=Bench -days 30 2>/dev/null
sqlite3 -separator '' "$state/signet.db" "SELECT iif(state = 3, 'R', 'V') || char(9) ||
    substr(strftime('%Y%m%d%H%M%SZ', not_after, 'unixepoch'), 3) || char(9) ||
    iif(state = 3, substr(strftime('%Y%m%d%H%M%SZ', revoked_at, 'unixepoch'), 3), '') || char(9) || hex(serial) || char(9) ||
    'unknown' || char(9) || '/CN=' || agent FROM certificates WHERE actor = 'token:bench'" >"$work/index.txt"
port=$(free_port)
openssl ocsp -index "$work/index.txt" -CA "$state/certificates/agents.pem" -rsigner "$work/ca.pem" -rkey "$work/ca.key" -port "$port" \
    -multi 2 -nmin 60 >"$work/openssl.log" 2>&1 &
openssl=$!
processes+=("$openssl")
await_port "$port" "$openssl" "$work/openssl.log"
# It closes each connection in a way that wrk does not count.
before=$(cpu_of_all "$openssl")
python3 "$tools/ocsp_connections.py" "http://127.0.0.1:$port" "$work/at-root" "$seconds" >"$work/openssl.result"
awk -v result="$(cat "$work/openssl.result")" -v a="$(cpu_of_all "$openssl")" -v b="$before" 'BEGIN {
    split(result, parts, /[:,]/)
    printf "{\"benchmark\":\"ocsp\",\"server\":\"openssl ocsp\",%s,\"cpu_us_each\":%.0f}\n", result, (a - b) / parts[2] * 1e6 }'
