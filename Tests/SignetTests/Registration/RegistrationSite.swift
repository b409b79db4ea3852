// A daemon with zones at a BIND of its own: `agents.test`, which is ours, and `customer.test`, which is not.

import Crypto
import Foundation
import JSON
import TestSupport
import Testing

/// Both servers, and what agents and their owners do with them.
final class RegistrationSite: Sendable {
    static let ours = "agents.test"
    static let customers = "customer.test"

    let named: NamedServer
    let daemon: SignetDaemon

    /// Starts BIND and makes a state directory; the daemon is not started.
    ///
    /// - Parameters:
    ///   - publicURL: what certificates carry as the public side's address.
    ///   - policy: the registration policy in the place of the project's.
    ///   - isSigned: whether BIND signs our zone.
    init(publicURL: String? = nil, policy: String? = nil, isSigned: Bool = false) async throws {
        self.named = try await NamedServer.start(zones: [
            NamedZone("test"), isSigned ? .signed(Self.ours) : NamedZone(Self.ours),
            NamedZone(Self.customers, records: "bot IN A 127.0.0.1"),
        ])
        self.daemon = try SignetDaemon(publicURL: publicURL)
        try self.writeSecret(self.named.secret)
        try self.writeDNS()
        if let policy { try self.writePolicy(policy) }
    }

    deinit { self.named.stop() }

    var server: String { "127.0.0.1:\(self.named.port)" }
    var policyFile: String { "\(self.daemon.state)/policies/registration.yaml" }

    /// Starts the daemon on plain HTTP.
    func start(environment: [String: String] = [:]) throws {
        try self.daemon.start(api: "http://127.0.0.1:0", environment: environment)
    }

    /// Writes the secret of the key for updates.
    func writeSecret(_ secret: String, _ name: String = "tsig.key") throws {
        let path = "\(self.daemon.state)/secrets/\(name)"
        _ = FileManager.default.createFile(
            atPath: path,
            contents: Data(secret.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }

    /// Writes dns.yaml.
    ///
    /// - Parameters:
    ///   - provider: who hosts our zone.
    ///   - ourServers: the servers of our zone, BIND's address unless told otherwise; `customerServers` likewise.
    ///   - more: further lines at the top.
    func writeDNS(
        provider: String? = nil,
        ourServers: [String]? = nil,
        customerServers: [String]? = nil,
        more: String = ""
    ) throws {
        func list(_ servers: [String]?) -> String {
            (servers ?? [self.server]).map { "\"\($0)\"" }.joined(separator: ", ")
        }
        let bind = """
            {kind: rfc2136, server: "\(self.server)", key: \(NamedServer.keyName), secretFile: secrets/tsig.key}
            """
        try self.writeDNS(
            text: """
                resolvers: ["\(self.server)"]
                \(more)
                providers:
                  local: \(provider ?? bind)
                  hand: {kind: manual}
                zones:
                  - {zone: \(Self.ours), ours: true, provider: local, servers: [\(list(ourServers))]}
                  - {zone: \(Self.customers), ours: false, provider: hand, servers: [\(list(customerServers))]}

                """
        )
    }

    /// Writes dns.yaml as it is given.
    func writeDNS(text: String) throws {
        try text.write(toFile: "\(self.daemon.state)/dns.yaml", atomically: true, encoding: .utf8)
    }

    /// Replaces the policy's file.
    func writePolicy(_ text: String) throws {
        try text.write(toFile: self.policyFile, atomically: true, encoding: .utf8)
    }
}

extension RegistrationSite {
    /// An answer of the API.
    struct Answer: Sendable {
        let status: Int
        let body: JSONValue

        var id: String { self.body["agentId"]?.text ?? "none" }
        /// `agentStatus` of an agent, `status` of everything else.
        var state: String? { (self.body["agentStatus"] ?? self.body["status"])?.text }
        var code: String? { self.body["code"]?.text }
        var message: String { self.body["message"]?.text ?? "" }
    }

    /// Calls the API as the operator.
    func call(_ method: String, _ path: String, _ body: JSONValue? = nil, wait: Int? = nil) throws -> Answer {
        var arguments = ["--request", method]
        if let body {
            arguments += ["--header", "Content-Type: application/json", "--data"]
            arguments.append(String(decoding: body.serialized, as: UTF8.self))
        }
        if let wait { arguments += ["--header", "Prefer: wait=\(wait)"] }
        let (status, text) = try self.daemon.curl(path, arguments)
        let limits = JSONLimits(depth: 16, members: 256)
        return Answer(status: Int(status) ?? 0, body: try JSONReader.read(Array(text.utf8), within: limits))
    }

    /// Registers an agent under a host name.
    func register(_ host: String, wait: Int? = nil) throws -> Answer {
        try self.call("POST", "/v2/ans/agents", try Self.body(for: host), wait: wait)
    }

    /// The body of a registration, with a new key unless one is given.
    static func body(for host: String, key: P256.Signing.PrivateKey? = nil) throws -> JSONValue {
        let request = Data(try makeRequest(uri: "ans://v1.0.0.\(host)", key: key))
        let lines = request.base64EncodedString(options: [.lineLength64Characters, .endLineWithLineFeed])
        let pem = "-----BEGIN CERTIFICATE REQUEST-----\n\(lines)\n-----END CERTIFICATE REQUEST-----\n"
        return [
            "agentDisplayName": "Tester", "version": "1.0.0", "agentHost": .string(host),
            "endpoints": [
                ["protocol": "A2A", "agentUrl": .string("https://\(host)/a2a"), "transports": ["JSON-RPC"]]
            ],
            "discoveryProfiles": ["ANS_TXT", "ANS_DNSAID"], "identityCsrPEM": .string(pem),
        ]
    }

    /// The identity certificates that an agent's registration knows.
    func identities(of id: String) throws -> [JSONValue] {
        try self.call("GET", "/v2/ans/agents/\(id)/certificates/identity").body.elements
    }

    func agent(_ id: String) throws -> Answer { try self.call("GET", "/v2/ans/agents/\(id)") }

    func post(_ action: String, of id: String, _ body: JSONValue? = nil, wait: Int? = nil) throws -> Answer {
        try self.call("POST", "/v2/ans/agents/\(id)/\(action)", body, wait: wait)
    }

    /// Waits until an agent is as wanted; fails with what it is otherwise.
    func await(_ id: String, within seconds: Double = 20, _ isWanted: (Answer) -> Bool) async throws -> Answer {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            let answer = try self.agent(id)
            if isWanted(answer) { return answer }
            guard .now < deadline else {
                throw DaemonError("after \(seconds) s the agent is still: \(answer.body)\n\(self.daemon.log)")
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

extension RegistrationSite {
    /// What `dig +short` says, line by line.
    func dig(_ name: String, _ type: String) throws -> [String] {
        let arguments = ["+short", "+time=2", "@127.0.0.1", "-p", "\(self.named.port)", name, type]
        return try shell("dig", arguments).output.split(separator: "\n").map(String.init)
    }

    /// Changes a zone with nsupdate.
    func update(_ zone: String, _ changes: [String]) throws {
        let script = (["server 127.0.0.1 \(self.named.port)", "zone \(zone)"] + changes + ["send", ""])
        let key = "hmac-sha256:\(NamedServer.keyName):\(self.named.secret)"
        let result = try shell("nsupdate", ["-y", key], input: script.joined(separator: "\n"))
        guard result.status == 0 else { throw DaemonError("nsupdate: \(result.errors)") }
    }

    /// Every record of a zone but SOA and the name server's: owner, type and data, sorted.
    func records(of zone: String) throws -> [String] {
        let key = "hmac-sha256:\(NamedServer.keyName):\(self.named.secret)"
        let arguments = ["+noall", "+answer", "@127.0.0.1", "-p", "\(self.named.port)", "-y", key, zone, "AXFR"]
        let output = try shell("dig", arguments).output
        guard output.contains("SOA") else { throw DaemonError("BIND gives no copy of \(zone): \(output)") }
        return output.split(separator: "\n").compactMap { line in
            let fields = line.split(maxSplits: 4, whereSeparator: \.isWhitespace)
            guard fields.count == 5, !line.hasPrefix(";"), !["SOA", "NS", "TSIG"].contains(fields[3]),
                fields[0] != "ns.\(zone)."
            else { return nil }
            return "\(fields[0]) \(fields[3]) \(fields[4])"
        }.sorted()
    }

    /// The changes that publish the records which an agent's owner is told to.
    static func publication(of answer: Answer) -> [String] {
        let records = answer.body["registrationPending"]?["dnsRecords"] ?? answer.body["missingRecords"]
        return (records?.elements ?? []).map { record in
            let (name, type) = (record["name"]?.text ?? "", record["type"]?.text ?? "")
            let value = record["value"]?.text ?? ""
            return "update add \(name) 60 \(type) \(type == "TXT" ? "\"\(value)\"" : value)"
        }
    }
}

extension JSONValue {
    /// The elements of an array; none of anything else.
    var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }
}
