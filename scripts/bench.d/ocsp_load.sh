# A load of OCSP requests; sourced by the benchmarks of OCSP.
# shellcheck shell=bash disable=SC2154

# The script for wrk: goes through a file of requests, over and over; checks that each answer is a 200 of a plausible size.
cat >"$work/ocsp.lua" <<'LUA'
local requests, next_request, wrong = {}, 0, 0
function init(arguments)
    for line in io.lines(os.getenv("BENCH_REQUESTS")) do
        local method, rest = line:match("^(%S+) (%S+)$")
        if method == "GET" then
            requests[#requests + 1] = wrk.format("GET", rest)
        else
            local body = rest:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)
            requests[#requests + 1] = wrk.format("POST", os.getenv("BENCH_PATH"),
                { ["Host"] = wrk.headers["Host"], ["Content-Type"] = "application/ocsp-request", ["Content-Length"] = #body }, body)
        end
    end
end
function request()
    next_request = next_request % #requests + 1
    return requests[next_request]
end
function done(summary, latency)
    io.write(string.format('"requests":%d,"errors":%d,"octets_each":%d,"per_second":%.0f,"p50_ms":%.2f,"p99_ms":%.2f\n', summary.requests,
        summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
        summary.bytes / math.max(summary.requests, 1), summary.requests / summary.duration * 1e6,
        latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
LUA

# ask NAME PROCESS URL REQUESTS [WARM [LONGER]]: measures; WARM seconds before it are not counted; LONGER adds seconds.
# Prints a JSON object.
ask() {
    local name=$1 process=$2 url=$3 before after result
    export BENCH_REQUESTS=$4 BENCH_PATH=/${url#http://*/}
    wrk -t 1 -c "$connections" -d "${5:-3}s" -s "$work/ocsp.lua" "$url" >/dev/null
    before=$(cpu_of_all "$process")
    result=$(wrk -t 1 -c "$connections" -d "$((seconds + ${6:-0}))s" -s "$work/ocsp.lua" "$url" | grep '^"requests"')
    after=$(cpu_of_all "$process")
    awk -v name="$name" -v result="$result" -v used="$(awk -v a="$after" -v b="$before" 'BEGIN { print a - b }')" \
        -v memory="$(memory_of "$process")" 'BEGIN {
        split(result, parts, /[:,]/)
        printf "{\"benchmark\":\"ocsp\",\"server\":\"%s\",%s,\"cpu_us_each\":%.1f,\"memory_mb\":%d}\n",
            name, result, used / parts[2] * 1e6, memory }'
}

# Seconds of processor time of a process and its children that live.
cpu_of_all() {
    local total=0 process
    for process in "$1" $(pgrep -P "$1"); do
        total=$(awk -v a="$total" -v b="$(cpu_of "$process")" 'BEGIN { print a + b }')
    done
    printf '%s' "$total"
}

# await_port PORT PROCESS LOG: waits until a server takes connections.
await_port() {
    local attempt
    for attempt in $(seq 600); do
        (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return 0
        kill -0 "$2" 2>/dev/null || fail "a peer ended after $attempt attempts: $(cat "$3")"
        sleep 0.1
    done
    fail "a peer does not listen: $(cat "$3")"
}
