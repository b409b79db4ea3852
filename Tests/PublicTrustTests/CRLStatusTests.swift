import Crypto
import PKIX
import Testing
import X509

@testable import PublicTrust

@Suite("Status by CRLs, made by openssl")
struct CRLStatusTests {
    @Test("the CRL decides where there is no responder, or none that answers", arguments: [false, true])
    func decides(withResponder: Bool) async throws {
        let bench = try await StatusBench(ocsp: withResponder, crl: true)
        try bench.writeIndex(valid: [bench.leaf])
        let clean = try bench.makeCRL()
        bench.server.answer { $0.target == "/a.crl" ? .body(clean) : .status(500) }
        let report = await bench.checker().status(of: bench.path, at: .now())
        #expect(report.status == .good, "\(report)")
        #expect(report.evidence.count == (withResponder ? 2 : 1))
        try bench.writeIndex(revoked: [(bench.leaf, reason: "cessationOfOperation")])
        let dirty = try bench.makeCRL()
        bench.server.answer { _ in .body(dirty) }
        guard case .revoked(_, let reason) = await bench.checker().status(of: bench.path, at: .now()).status else {
            Issue.record("not revoked")
            return
        }
        #expect(reason == .cessationOfOperation)
        await bench.server.stop()
    }

    /// An issuingDistributionPoint in openssl's words, and whether the list may be relied on.
    struct Scope: Sendable, CustomStringConvertible {
        let description: String
        let lines: String
        let isUsable: Bool
    }

    static let scopes = [
        Scope(description: "this point", lines: "fullname=URI:URL/a.crl", isUsable: true),
        Scope(description: "another point", lines: "fullname=URI:URL/b.crl", isUsable: false),
        Scope(description: "users alone", lines: "fullname=URI:URL/a.crl\nonlyuser=TRUE", isUsable: true),
        Scope(description: "CAs alone", lines: "onlyCA=TRUE", isUsable: false),
        Scope(description: "attributes alone", lines: "onlyAA=TRUE", isUsable: false),
        Scope(description: "indirect", lines: "indirectCRL=TRUE", isUsable: false),
        Scope(description: "some reasons", lines: "onlysomereasons=keyCompromise", isUsable: false),
    ]

    @Test("a list is used for what it is about", arguments: Self.scopes)
    func scope(_ scope: Scope) async throws {
        let bench = try await StatusBench(ocsp: false, crl: true)
        try bench.writeIndex(valid: [bench.leaf])
        let lines = scope.lines.replacing("URL", with: bench.server.url)
        let list = try bench.makeCRL(extensions: "issuingDistributionPoint=critical,@idp\n[idp]\n\(lines)")
        bench.server.answer { _ in .body(list) }
        let report = await bench.checker().status(of: bench.path, at: .now())
        #expect(report.status == (scope.isUsable ? .good : .unavailable), "\(report)")
        await bench.server.stop()
    }

    @Test("a list that is old, of another CA, critical in what we do not know, altered or cut off is not relied on")
    func unusable() async throws {
        let bench = try await StatusBench(ocsp: false, crl: true)
        try bench.writeIndex(valid: [bench.leaf])
        let inquiry = CRLInquiry(certificate: bench.path.path[0], issuer: bench.path.path[1], addresses: [])
        let list = try bench.makeCRL()
        #expect(try inquiry.judge(list, from: "", at: .now()).status == .good)
        for days in [3.0, -3.0] {
            #expect(throws: StatusFailure.self) { try inquiry.judge(list, from: "", at: .now(plusDays: days)) }
        }
        let imitation = try PathCertificate(der: TestAuthority(imitating: bench.authority).der)
        let forged = CRLInquiry(certificate: bench.path.path[0], issuer: imitation, addresses: [])
        #expect(throws: StatusFailure.self) { try forged.judge(list, from: "", at: .now()) }
        let unknown = try bench.makeCRL(extensions: "1.2.3.4=critical,DER:0500")
        #expect(throws: StatusFailure.self) { try inquiry.judge(unknown, from: "", at: .now()) }
        for length in 0..<list.count {
            #expect(throws: StatusFailure.self) { try inquiry.judge(Array(list.prefix(length)), from: "", at: .now()) }
        }
        for index in list.indices {
            var altered = list
            altered[index] ^= 0x01
            let status = try? inquiry.judge(altered, from: "", at: .now()).status
            #expect(status == nil, "octet \(index) does not matter")
        }
        await bench.server.stop()
    }

    @Test("the issuer's key must be one that may sign CRLs")
    func keyUsage() throws {
        let root = try TestAuthority(root: "Root")
        let authority = try TestAuthority("CA", below: root, usage: KeyUsage(keyCertSign: true))
        let leaf = try authority.issue(names: [.dnsName("a.example.com")])
        let inquiry = try CRLInquiry(
            certificate: PathCertificate(der: leaf.der),
            issuer: PathCertificate(der: authority.der),
            addresses: []
        )
        let folder = try PeerFolder()
        try folder.write(authority.key.pemRepresentation.utf8, to: "ca.key")
        try folder.write(authority.certificate.pem.utf8, to: "ca.pem")
        try folder.write([], to: "index.txt")
        try folder.write("01\n".utf8, to: "n")
        try folder.write("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ncrlnumber=n\ndefault_md=sha256\n".utf8, to: "c")
        try folder.openssl(
            "ca",
            "-config",
            "c",
            "-gencrl",
            "-crldays",
            "1",
            "-keyfile",
            "ca.key",
            "-cert",
            "ca.pem",
            "-out",
            "p"
        )
        try folder.openssl("crl", "-in", "p", "-outform", "DER", "-out", "d")
        #expect {
            try inquiry.judge(folder.read("d"), from: "", at: .now())
        } throws: { error in
            (error as? StatusFailure)?.reason.contains("may not sign CRLs") == true
        }
    }
}
