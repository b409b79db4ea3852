// CRLs as a relying party fetches them, and what openssl reads in them.

import Foundation
import Testing

/// A CRL in PEM, fetched.
struct FetchedCRL {
    let file: String
    /// What `openssl crl -text` prints.
    let text: String

    /// The CRL number.
    var number: Int? {
        self.text.firstMatch(of: #/X509v3 CRL Number:\s+([0-9]+)/#).flatMap { Int($0.output.1) }
    }

    /// The address of the delta.
    var freshest: String? {
        self.text.firstMatch(of: #/X509v3 Freshest CRL:\s+Full Name:\s+URI:(\S+)/#).map { String($0.output.1) }
    }

    /// The address in the issuing distribution point.
    var distributionPoint: String? {
        self.text.firstMatch(of: #/X509v3 Issuing Distribution Point: critical\s+Full Name:\s+URI:(\S+)/#)
            .map { String($0.output.1) }
    }

    /// What stands about a certificate; `nil` when it is not listed.
    func entry(of leaf: RelyingParty.Leaf) -> Substring? {
        self.text.components(separatedBy: "Serial Number: ").dropFirst()
            .first { $0.hasPrefix(leaf.serial.uppercased()) }.map { Substring($0) }
    }
}

extension RelyingParty {
    /// Fetches a CRL, verifies its signature with openssl and leaves it in PEM.
    func crl(_ address: String, issuer: String? = nil) throws -> FetchedCRL {
        let der = try self.download(address, as: "\(UUID().uuidString).crl")
        let result = try shell(
            "openssl",
            ["crl", "-inform", "DER", "-in", der, "-out", "\(der).pem", "-text"]
                + ["-CAfile", issuer ?? self.daemon.issuing]
        )
        guard result.errors.contains("verify OK") else { throw DaemonError("CRL \(address): \(result.errors)") }
        return FetchedCRL(file: "\(der).pem", text: try String(contentsOfFile: "\(der).pem", encoding: .utf8))
    }

    /// The root's CRL.
    func rootCRL() throws -> FetchedCRL { try self.crl("/crl/root.crl", issuer: self.daemon.root) }

    /// The address of the CRL that a certificate names.
    func distributionPoint(of leaf: Leaf) throws -> String {
        let text = try shell("openssl", ["x509", "-in", leaf.file, "-noout", "-ext", "crlDistributionPoints"]).output
        return String(try #require(text.firstMatch(of: #/URI:(\S+)/#)).output.1)
    }

    /// Fetches a CRL until it is as it should be; how long it takes to be made is a matter of other tests.
    func crl(_ address: String, until condition: (FetchedCRL) -> Bool) async throws -> FetchedCRL {
        var last: FetchedCRL?
        let wait = try await elapsed(upTo: .seconds(10)) {
            guard try self.fetch(address, ["--head"]).status == "200" else { return false }
            let crl = try self.crl(address)
            last = crl
            return condition(crl)
        }
        #expect(wait != nil, "\(address) stays \(last?.text ?? "missing")")
        return try #require(last)
    }
}

extension StatusSuite {
    /// The complete CRL of the issuer with everything that the suite revoked.
    func completeCRL() async throws -> FetchedCRL {
        try await self.party.crl("/crl/agents.crl") { crl in
            crl.entry(of: self.revoked) != nil && crl.entry(of: self.held) != nil && crl.entry(of: self.released) == nil
        }
    }
}
