// A public CA by openssl, for certificates that agents bring.

import Crypto
import Foundation
import JSON

/// The CA of the certificates that are brought, and what it issues.
struct BroughtAuthority {
    let directory: TemporaryDirectory
    var root: String { self.directory.file("root.pem") }

    /// Makes the CA, which the site's verification trusts, and no other.
    init(trustedBy site: RegistrationSite) throws {
        let directory = site.daemon.directory
        self.directory = directory
        try self.openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "30",
            "-subj",
            "/CN=Public Root",
            "-addext",
            "basicConstraints=critical,CA:TRUE",
            "-addext",
            "keyUsage=critical,keyCertSign",
            "-keyout",
            directory.file("root.key"),
            "-out",
            self.root
        )
        let configuration = "\(site.daemon.state)/config.yaml"
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        try text.replacing("/etc/ssl/certs/ca-certificates.crt", with: self.root)
            .write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    /// Issues for a host and leaves `NAME.pem` and `NAME.key`.
    func issue(_ name: String, for host: String) throws -> String {
        let extensions = """
            subjectAltName=critical,DNS:\(host)
            keyUsage=critical,digitalSignature
            extendedKeyUsage=serverAuth
            authorityKeyIdentifier=keyid
            """
        try self.directory.write("\(name).ext", extensions)
        let (key, request) = (self.directory.file("\(name).key"), self.directory.file("\(name).csr"))
        try self.openssl(
            "req",
            "-new",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/",
            "-keyout",
            key,
            "-out",
            request
        )
        try self.openssl(
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            self.root,
            "-CAkey",
            self.directory.file("root.key"),
            "-days",
            "10",
            "-CAcreateserial",
            "-extfile",
            self.directory.file("\(name).ext"),
            "-out",
            self.directory.file("\(name).pem")
        )
        return try String(contentsOfFile: self.directory.file("\(name).pem"), encoding: .utf8)
    }

    private func openssl(_ arguments: String...) throws {
        let result = try shell("openssl", arguments)
        guard result.status == 0 else { throw DaemonError("openssl: \(result.errors)") }
    }
}

extension RegistrationSite {
    /// Registers an agent that brings a public certificate, and waits until it is active.
    @discardableResult
    func register(
        _ host: String,
        bringing certificate: String,
        key: P256.Signing.PrivateKey? = nil
    ) async throws -> String {
        guard case .object(let members) = try Self.body(for: host, key: key) else { throw DaemonError("no body") }
        let brought = JSONMember(name: "serverCertificatePEM", value: .string(certificate))
        let answer = try self.call("POST", "/v2/ans/agents", .object(members + [brought]))
        guard [201, 202].contains(answer.status) else { throw DaemonError("\(answer.body)") }
        return try await self.await(answer.id) { $0.state == "ACTIVE" }.id
    }
}
