// What a relying party sees: a daemon whose certificates carry the address on which it publishes, certificates to ask
// about, and the clients that ask, all of which others wrote.

import Foundation
import Glibc
import LoopbackSupport

/// A daemon with a public side of its own.
final class RelyingParty: Sendable {
    /// A certificate that the daemon issued.
    struct Leaf: Sendable {
        let serial: String
        /// The certificate, with its chain after it.
        let file: String
        let key: String
    }

    let daemon: SignetDaemon
    /// What certificates carry, and where the daemon publishes.
    let publicURL: String
    private let environment: [String: String]

    /// Makes a state directory and starts the daemon.
    ///
    /// - Parameter environment: the daemon's, for its configuration.
    init(hierarchy: String? = nil, environment: [String: String] = [:]) throws {
        self.publicURL = "http://127.0.0.1:\(try FreePort.next())"
        self.daemon = try SignetDaemon(hierarchy: hierarchy, publicURL: self.publicURL)
        self.environment = environment
        try self.start()
    }

    /// Starts the daemon on its address.
    func start() throws {
        try self.daemon.start(api: "http://127.0.0.1:0", public: self.publicURL, environment: self.environment)
    }

    /// Issues a certificate for a new P-256 key.
    func issue(_ name: String, profile: String = "agent-identity") throws -> Leaf {
        let files = self.daemon.directory
        let host = "\(name).agents.example"
        let subject = profile == "agent-tls" ? "DNS:\(host)" : "URI:ans://v1.0.0.\(host)"
        let made = try shell(
            "openssl",
            [
                "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/",
                "-keyout", files.file("\(name).key"), "-out", files.file("\(name).csr"), "-outform", "DER",
                "-addext", "subjectAltName=\(subject)",
            ]
        )
        guard made.status == 0 else { throw DaemonError("openssl req: \(made.errors)") }
        let request = try Data(contentsOf: URL(fileURLWithPath: files.file("\(name).csr"))).base64EncodedString()
        let body = try self.post(
            "/v1/certificates",
            "{\"profile\":\"\(profile)\",\"csr\":\"\(request)\"}",
            ["--header", "Accept: application/pem-certificate-chain"],
            expecting: "201"
        )
        let file = try files.write("\(name).pem", body)
        let serial = try shell("openssl", ["x509", "-in", file, "-noout", "-serial"]).output
        return Leaf(
            serial: serial.trimmingCharacters(in: .whitespacesAndNewlines).lowercased().replacing("serial=", with: ""),
            file: file,
            key: files.file("\(name).key")
        )
    }

    /// Revokes a certificate.
    func revoke(_ leaf: Leaf, _ reason: String) throws { try self.revoke(leaf.serial, reason) }

    /// Revokes a certificate by its serial number.
    func revoke(_ serial: String, _ reason: String) throws {
        try self.post("/v1/certificates/\(serial)/revoke", "{\"reason\":\"\(reason)\"}", expecting: "200")
    }

    /// Releases a certificate from hold.
    func release(_ leaf: Leaf) throws {
        try self.post("/v1/certificates/\(leaf.serial)/release", "{}", expecting: "200")
    }

    @discardableResult
    private func post(_ path: String, _ body: String, _ arguments: [String] = [], expecting status: String) throws
        -> String
    {
        let all = ["--header", "Content-Type: application/json", "--data", body] + arguments
        let answer = try self.daemon.curl(path, all)
        guard answer.status == status else { throw DaemonError("POST \(path): \(answer.status) \(answer.body)") }
        return answer.body
    }
}

extension RelyingParty {
    /// What `openssl ocsp` prints of a certificate, having verified the answer.
    func ocsp(_ leaf: Leaf, _ options: [String] = []) throws -> String {
        try self.ocsp(options + ["-cert", leaf.file])
    }

    /// What `openssl ocsp` prints; the hash of the CertIDs must stand before what they name.
    func ocsp(_ options: [String]) throws -> String {
        let result = try shell(
            "openssl",
            ["ocsp", "-issuer", self.daemon.issuing, "-url", "\(self.publicURL)/ocsp", "-CAfile", self.daemon.root]
                + options
        )
        return result.output + result.errors
    }

    /// What `openssl verify` says of a certificate, its CRLs asked for.
    func verify(_ leaf: Leaf, crls: [String], _ options: [String] = []) throws -> String {
        let result = try shell(
            "openssl",
            ["verify", "-CAfile", self.daemon.root, "-untrusted", self.daemon.issuing, "-crl_check", "-crl_check_all"]
                + crls.flatMap { ["-CRLfile", $0] } + options + [leaf.file]
        )
        return result.output + result.errors
    }

    /// Fetches what is published at a path or an address, and says where it lies.
    @discardableResult
    func download(_ address: String, as name: String) throws -> String {
        let fetched = try self.fetch(address)
        guard fetched.status == "200" else { throw DaemonError("GET \(address): \(fetched.status)") }
        let file = self.daemon.directory.file(name)
        try fetched.body.write(to: URL(fileURLWithPath: file))
        return file
    }

    /// An answer as curl got it.
    struct Fetched {
        let status: String
        /// By lower-case names.
        let fields: [String: String]
        let body: Data
    }

    /// curl on a path of the public side or on a whole address.
    func fetch(_ address: String, _ arguments: [String] = []) throws -> Fetched {
        let unique = UUID().uuidString
        let (head, body) = (self.daemon.directory.file("\(unique).head"), self.daemon.directory.file("\(unique).body"))
        let result = try shell(
            "curl",
            ["--silent", "--show-error", "--path-as-is", "--globoff", "--dump-header", head, "--output", body]
                + ["--write-out", "%{http_code}"] + arguments
                + [address.hasPrefix("http://") ? address : self.publicURL + address]
        )
        guard result.status == 0 else { throw DaemonError("curl: \(result.errors)") }
        var fields: [String: String] = [:]
        for line in try String(contentsOfFile: head, encoding: .utf8).split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
        }
        return Fetched(
            status: result.output,
            fields: fields,
            body: FileManager.default.contents(atPath: body) ?? Data()
        )
    }
}

/// Waits until something is so.
///
/// - Returns: how long that took; `nil` when it did not come about in time.
func elapsed(upTo bound: Duration, until condition: () async throws -> Bool) async rethrows -> Duration? {
    let begin = ContinuousClock.now
    while try await !condition() {
        guard begin.duration(to: .now) < bound else { return nil }
        try? await Task.sleep(for: .milliseconds(20))
    }
    return begin.duration(to: .now)
}
