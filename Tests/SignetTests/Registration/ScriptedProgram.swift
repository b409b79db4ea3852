// Small servers in Python on loopback, for what no well-behaved server does.

import Foundation
import TestSupport

/// A Python program that prints its port, and takes orders from a file.
final class ScriptedProgram: Sendable {
    let port: Int
    private let directory: TemporaryDirectory
    private let process: Process

    /// Starts a program; its arguments are the file of orders and those given.
    init(_ source: String, _ arguments: [String] = [], orders: String = "") throws {
        self.directory = try TemporaryDirectory()
        let program = try self.directory.write("program.py", source)
        let file = try self.directory.write("orders", orders)
        self.process = Process()
        self.process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        self.process.arguments = ["python3", "-u", program, file] + arguments
        let output = Pipe()
        self.process.standardOutput = output
        self.process.standardError = FileHandle.nullDevice
        try self.process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = Int(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw DaemonError("the program said: \(line)")
        }
        self.port = port
    }

    deinit {
        // Not SIGTERM: a child of a dispatch thread inherits its mask, which blocks that.
        kill(self.process.processIdentifier, SIGKILL)
        self.process.waitUntilExit()
    }

    /// What the program has written into a file beside its orders.
    func text(_ name: String) -> String {
        (try? String(contentsOfFile: self.directory.file(name), encoding: .utf8)) ?? ""
    }

    /// Gives new orders, which hold from the next request on.
    func order(_ text: String) throws { try self.directory.write("orders", text) }

    /// Puts a file beside the orders.
    func write(_ name: String, _ text: String) throws { try self.directory.write(name, text) }
}

extension ScriptedProgram {
    /// A name server. Its orders: a port of another one, which it asks for every answer; `servfail`; `silence`.
    static func nameServer(orders: String) throws -> ScriptedProgram {
        try ScriptedProgram(
            """
            import socket, sys
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.1", 0))
            print(server.getsockname()[1])
            while True:
                request, sender = server.recvfrom(4096)
                order = open(sys.argv[1]).read().strip()
                if order == "silence":
                    continue
                if order == "servfail":
                    answer = request[:2] + bytes([request[2] | 0x80, 2]) + request[4:6] + bytes(6) + request[12:]
                    # The question alone: without the OPT record that follows it.
                    end = 12
                    while request[end]: end += request[end] + 1
                    answer = answer[:end + 5]
                else:
                    other = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    other.settimeout(2)
                    other.sendto(request, ("127.0.0.1", int(order)))
                    try:
                        answer = other.recv(4096)
                    except OSError:
                        continue
                    finally:
                        other.close()
                server.sendto(answer, sender)
            """,
            orders: orders
        )
    }

    /// A web server that answers from files beside its orders.
    static func webServer() throws -> ScriptedProgram {
        try ScriptedProgram(
            """
            import http.server, os, sys
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    path = os.path.join(os.path.dirname(sys.argv[1]), os.path.basename(self.path))
                    found = os.path.exists(path)
                    body = open(path, "rb").read() if found else b""
                    self.send_response(200 if found else 404)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            print(server.server_address[1])
            server.serve_forever()
            """
        )
    }

    /// PowerDNS's HTTP API in front of BIND. Its orders: a word a change, taken from the front: `429`, `500`, `half` (the first
    /// half of the change is made, the answer is 500), `ok`. What it was asked to change stands in `changes`.
    static func powerDNS(site: RegistrationSite, key: String) throws -> ScriptedProgram {
        try ScriptedProgram(
            """
            import http.server, json, subprocess, sys, time, os, threading
            from urllib.parse import urlparse, parse_qs
            orders, zone, port, tsig, key = sys.argv[1:6]
            sets, lock = {}, threading.Lock()
            def update(changes):
                lines = ["server 127.0.0.1 " + port, "zone " + zone]
                for s in changes:
                    lines.append("update delete %s %s" % (s["name"], s["type"]))
                    if s["changetype"] == "REPLACE":
                        lines += ["update add %s %d %s %s" % (s["name"], s["ttl"], s["type"], r["content"]) for r in s["records"]]
                        sets[(s["name"], s["type"])] = s
                    else:
                        sets.pop((s["name"], s["type"]), None)
                subprocess.run(["nsupdate", "-y", tsig], input="\\n".join(lines + ["send", ""]), text=True, check=True)
            class Handler(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def log_message(self, *arguments): pass
                def reply(self, status, document=None, headers={}):
                    body = b"" if document is None else json.dumps(document).encode()
                    self.send_response(status)
                    for name, value in headers.items(): self.send_header(name, value)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def do_GET(self):
                    if self.headers["X-API-Key"] != key: return self.reply(401, {"error": "Unauthorized"})
                    url = urlparse(self.path)
                    if url.path.endswith("/search-data"): return self.reply(200, [])
                    query = parse_qs(url.query)
                    name, kind = query.get("rrset_name", [None])[0], query.get("rrset_type", [None])[0]
                    with lock:
                        found = [s for (n, t), s in sets.items() if name in (None, n) and kind in (None, t)]
                    self.reply(200, {"name": zone + ".", "dnssec": False, "rrsets": found})
                def do_PATCH(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    if self.headers["X-API-Key"] != key: return self.reply(401, {"error": "Unauthorized"})
                    changes = json.loads(body)["rrsets"]
                    with lock:
                        words = open(orders).read().split() or ["ok"]
                        open(orders, "w").write(" ".join(words[1:]))
                        with open(os.path.join(os.path.dirname(orders), "changes"), "a") as log:
                            log.write("%f %s %d\\n" % (time.time(), words[0], len(changes)))
                        if words[0] == "ok": update(changes)
                        if words[0] == "half": update(changes[:(len(changes) + 1) // 2])
                    if words[0] == "429": return self.reply(429, {"error": "slow down"}, {"Retry-After": "1"})
                    if words[0] != "ok": return self.reply(500, {"error": "backend failed"})
                    self.reply(204)
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            print(server.server_address[1])
            server.serve_forever()
            """,
            [
                RegistrationSite.ours, "\(site.named.port)",
                "hmac-sha256:\(NamedServer.keyName):\(site.named.secret)", key,
            ]
        )
    }
}
