// Webhooks of the built program, with a receiver in Python that checks each signature with its own hmac.

import Foundation
import JSON
import TestSupport
import Testing

@Suite("Webhooks of the built program", .serialized)
struct WebhookProgramTests {
    /// Answers 200 where the signature verifies under the secret of its orders, else 401; says so line by line.
    private static func receiver() throws -> ScriptedProgram {
        try ScriptedProgram(
            """
            import hashlib, hmac, http.server, json, os, sys, time
            log = os.path.join(os.path.dirname(sys.argv[1]), "log")
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self):
                    body = self.rfile.read(int(self.headers["Content-Length"]))
                    secrets = open(sys.argv[1]).read().split()
                    fields = [item.split("=", 1) for item in self.headers["Signet-Signature"].split(",")]
                    moment = dict(fields)["t"]
                    signed = moment.encode() + b"." + body
                    expected = [hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest() for secret in secrets]
                    sound = expected == [value for name, value in fields if name == "v1"]
                    sound = sound and abs(time.time() - int(moment)) < 300
                    event = json.loads(body)
                    sound = sound and event["type"] == self.headers["Signet-Event"]
                    open(log, "a").write(f"{event['type']} {event['id']} {'sound' if sound else 'forged'}\\n")
                    self.send_response(200 if sound else 401)
                    self.end_headers()
                def log_message(self, *arguments):
                    pass
            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            print(server.server_port)
            server.serve_forever()
            """
        )
    }

    private func eventually(_ what: Comment, _ condition: () throws -> Bool) async throws {
        for _ in 0..<400 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record(what)
    }

    @Test("An agent's registration arrives signed, over a kill -9, and private targets only where they are allowed")
    func delivers() async throws {
        let site = try await RegistrationSite()
        let receiver = try Self.receiver()
        let url: JSONValue = ["url": .string("http://127.0.0.1:\(receiver.port)/hook")]
        try site.start()
        #expect(try site.call("POST", "/v1/webhooks", url).code == "TARGET_REFUSED")
        #expect(site.daemon.stop() == 0)
        let allowed = ["SIGNET_WEBHOOKS_ALLOW_PRIVATE_TARGETS": "true", "SIGNET_WEBHOOKS_ALLOW_PLAIN_HTTP": "true"]
        try site.start(environment: allowed)
        let made = try site.call("POST", "/v1/webhooks", url)
        #expect(made.status == 201, "\(made.body)")
        let id = try #require(made.body["id"]?.text)
        let secret = try #require(made.body["secret"]?.text)
        // Without the secret the receiver refuses: the delivery waits.
        let agent = try site.register("hooked.\(RegistrationSite.ours)", wait: 10)
        #expect(agent.state == "ACTIVE", "\(agent.body)")
        func deliveries(_ state: String) throws -> [JSONValue] {
            try site.call("GET", "/v1/webhooks/\(id)/deliveries?state=\(state)").body["items"]?.elements ?? []
        }
        try await self.eventually("it is refused") {
            try deliveries("pending").first?["log"]?.elements.first?["error"]?.text == "the receiver answered 401"
        }
        let pending = try #require(try deliveries("pending").first?["id"]?.text)
        site.daemon.kill()
        try receiver.order(secret)
        try site.start(environment: allowed)
        let retried = try site.call("POST", "/v1/webhooks/\(id)/deliveries/\(pending)/retry")
        #expect(retried.status == 202, "\(retried.body)")
        try await self.eventually("it is delivered") { try deliveries("delivered").count == 1 }
        let lines = receiver.text("log").split(separator: "\n").map(String.init)
        #expect(
            lines.last == "AGENT_REGISTERED event:1 sound" && Set(lines.map { $0.split(separator: " ")[1] }).count == 1
        )

        let rotated = try site.call("PATCH", "/v1/webhooks/\(id)", ["rotateSecret": .boolean(true)])
        let fresh = try #require(rotated.body["secret"]?.text)
        try receiver.order("\(fresh) \(secret)")
        #expect(try site.call("POST", "/v1/webhooks/\(id)/ping").status == 202)
        try await self.eventually("the test arrives") {
            receiver.text("log").contains("WEBHOOK_PING") && receiver.text("log").hasSuffix("sound\n")
        }
        let window = try site.call("GET", "/v1/agents/\(agent.id)/renewal")
        #expect(window.body["suggestedWindow"]?["start"]?.text != nil, "\(window.body)")

        // Neither secret can be read in the state directory's database or log.
        let path = "\(site.daemon.state)/signet.db"
        for name in [path, "\(path)-wal"] {
            let content = FileManager.default.contents(atPath: name) ?? Data()
            for text in [secret, fresh] { #expect(content.range(of: Data(text.utf8)) == nil) }
        }
        #expect(!site.daemon.log.contains(secret))
        let mode = try FileManager.default.attributesOfItem(atPath: "\(site.daemon.state)/secrets/webhooks.key")
        #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        #expect(site.daemon.stop() == 0)
        #expect(try site.daemon.run("audit", "verify").status == 0)
    }
}
