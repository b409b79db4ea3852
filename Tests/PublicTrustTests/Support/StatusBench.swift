// A root, a CA, a certificate, and openssl in the part of the CA's status services.

import Crypto
import Foundation
import PKIX
import PublicTrust
import Testing
import X509

struct StatusBench: Sendable {
    let root: TestAuthority
    let authority: TestAuthority
    let server: LoopbackServer
    let folder: PeerFolder
    let leaf: Certificate
    let path: TrustedPath

    /// - Parameter purposes: of the leaf; it has OCSP and CRL at the server when asked for.
    init(ocsp: Bool = true, crl: Bool = false) async throws {
        self.root = try TestAuthority(root: "Status Root")
        self.authority = try TestAuthority("Status CA", below: self.root)
        self.server = try await LoopbackServer()
        self.folder = try PeerFolder()
        self.leaf = try self.authority.issue(
            names: [.dnsName("a.example.com")],
            ocsp: ocsp ? self.server.url + "/ocsp" : nil,
            crl: crl ? self.server.url + "/a.crl" : nil
        )
        let roots = try TrustRoots([EncodedCertificate(der: self.root.der)])
        self.path = try ChainValidator(roots: roots).validate(
            [self.leaf.der, self.authority.der],
            for: .server,
            of: .host(HostName("a.example.com")),
            at: .now()
        )
        try self.folder.write(self.authority.key.pemRepresentation.utf8, to: "ca.key")
        try self.folder.write(self.authority.certificate.pem.utf8, to: "ca.pem")
    }

    /// openssl's index: the certificates by state (`V`, `R` with a reason).
    func writeIndex(revoked: [(Certificate, reason: String)] = [], valid: [Certificate] = []) throws {
        let lines =
            revoked.map { "R\t391231235959Z\t250101000000Z,\($0.reason)\t\($0.0.serialText)\tunknown\t/CN=leaf" }
            + valid.map { "V\t391231235959Z\t\t\($0.serialText)\tunknown\t/CN=leaf" }
        try self.folder.write(lines.map { $0 + "\n" }.joined().utf8, to: "index.txt")
        try self.folder.write("unique_subject = no\n".utf8, to: "index.txt.attr")
    }

    /// The answer of `openssl ocsp` to a request.
    func ocspAnswer(to request: [UInt8], signer: String = "ca", more: [String] = []) throws -> [UInt8] {
        let id = UUID().uuidString
        try self.folder.write(request, to: "\(id).req")
        let arguments =
            [
                "openssl", "ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", "\(signer).pem", "-rkey",
                "\(signer).key", "-reqin", "\(id).req", "-respout", "\(id).resp", "-ndays", "1",
            ] + more
        let (status, output) = try self.folder.run(arguments)
        guard status == 0 else { throw StatusFailure("openssl ocsp: \(output)") }
        return try self.folder.read("\(id).resp")
    }

    /// Answers OCSP requests by openssl, whether they come by GET or by POST.
    func serveOCSP(signer: String = "ca", more: [String] = []) {
        self.server.answer { [self] request in
            guard let octets = request.ocspRequest,
                let answer = try? self.ocspAnswer(to: octets, signer: signer, more: more)
            else { return .status(500) }
            return .body(answer)
        }
    }

    /// A CRL by `openssl ca -gencrl`.
    func makeCRL(extensions: String = "", days: Int = 1) throws -> [UInt8] {
        let configuration = """
            [ca]
            default_ca = d
            [d]
            database = index.txt
            crlnumber = crlnumber
            default_md = sha256
            default_crl_days = \(days)
            \(extensions.isEmpty ? "" : "crl_extensions = e")
            [e]
            \(extensions)
            """
        try self.folder.write(configuration.utf8, to: "ca.cnf")
        try self.folder.write("1000\n".utf8, to: "crlnumber")
        try self.folder.openssl(
            "ca",
            "-config",
            "ca.cnf",
            "-gencrl",
            "-keyfile",
            "ca.key",
            "-cert",
            "ca.pem",
            "-out",
            "crl.pem"
        )
        try self.folder.openssl("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl.der")
        return try self.folder.read("crl.der")
    }

    func checker(nonces: (@Sendable () -> [UInt8])? = nil) -> RevocationChecker {
        RevocationChecker(exchange: Self.fetcher(), nonces: nonces)
    }

    static func fetcher(
        patience: Duration = .seconds(20),
        ports: Set<Int>? = nil,
        admits: @escaping @Sendable ([UInt8]) -> Bool = { _ in true }
    ) -> StatusFetcher {
        StatusFetcher(ports: ports, patience: patience, clock: ContinuousClock(), admits: admits) { host in
            IPText.octets(host).map { [$0] } ?? [[127, 0, 0, 1]]
        }
    }
}

extension LoopbackRequest {
    /// The OCSP request that it carries.
    var ocspRequest: [UInt8]? {
        if self.method == "POST" { return self.body }
        guard let last = self.target.split(separator: "/").last?.removingPercentEncoding else { return nil }
        return Data(base64Encoded: last).map { Array($0) }
    }
}
