import AuditLog
import Crypto
import Foundation
import PKIX
import Signing
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("The key ceremony")
struct CeremonyTests {
    @Test("from nothing it makes keys, certificates, files and a transcript, and reports them")
    func full() async throws {
        let bench = try CeremonyBench()
        let report = try await bench.perform()
        try await bench.checkFinished()
        #expect(bench.opened == ["issuing", "root"])
        #expect(report.performedBy == "operator:tester")
        #expect(report.at == bench.clock.time.description)
        #expect(
            report.keys.map { "\($0.token)/\($0.label) \($0.type) \($0.isNew)" } == [
                "issuing/agents P-256 true", "issuing/agents-ocsp P-256 true", "issuing/log Ed25519 true",
                "issuing/log-es256 P-256 true", "root/root P-384 true",
            ]
        )
        #expect(report.inputs["hierarchy"] == bench.hierarchy.sha256.hexadecimal)
        #expect(report.inputs.count == 1 + Shipped.profiles.count)
        for profile in Shipped.profiles {
            #expect(report.inputs["profiles/\(profile.name)"] == profile.sha256.hexadecimal)
        }
        #expect(report.certificates.map(\.name) == ["root", "agents"])
        for certificate in report.certificates {
            let bytes = try PEM.certificate(in: bench.layout.certificate(certificate.name))
            let parsed = try Certificate(reading: bytes)
            #expect(certificate.sha256 == Array(SHA256.hash(data: bytes)).hexadecimal)
            #expect(certificate.subject == parsed.subject.description)
            #expect(certificate.serial == Array(parsed.serialNumber.bytes).hexadecimal)
            #expect(certificate.notAfter == CertificateTime(parsed.notValidAfter).description)
        }
    }

    @Test("the certificates hold what the hierarchy and its profiles say")
    func certificates() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let root = try Certificate(reading: PEM.certificate(in: bench.layout.certificate("root")))
        let issuing = try Certificate(reading: PEM.certificate(in: bench.layout.certificate("agents")))
        #expect(root.subject == bench.hierarchy.root.subject && root.issuer == root.subject)
        #expect(issuing.subject == bench.hierarchy.issuers[0].subject && issuing.issuer == root.subject)
        #expect(try SubjectPublicKey(root.publicKey).type == .p384)
        #expect(try SubjectPublicKey(issuing.publicKey).type == .p256)
        #expect(try issuing.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: 0))
        #expect(try root.extensions.basicConstraints == .isCertificateAuthority(maxPathLength: nil))
        let years = { (certificate: Certificate) in
            Int(certificate.notValidAfter.timeIntervalSince(certificate.notValidBefore) + 1) / 31_536_000
        }
        #expect(years(root) == 20 && years(issuing) == 5)
        let policies = try #require(issuing.extensions[oid: ExtensionIdentifier.certificatePolicies])
        #expect(try CertificatePolicies(policies).identifiers.count == 2)
        let crl = try #require(issuing.extensions[oid: ExtensionIdentifier.crlDistributionPoints])
        #expect(try CRLDistributionPoints(crl).uris == ["http://pki.example/crl/root.crl"])
    }

    @Test("the keys on the tokens are the certificates', protected, and the log's is in its file")
    func keys() async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        for (token, label) in [("root", "root"), ("issuing", "agents")] {
            let certificate = try Certificate(reading: PEM.certificate(in: bench.layout.certificate(label)))
            try await bench.withToken(token) { token in
                try await token.key(label: label).requireUsable(for: certificate.publicKey)
            }
        }
        let text = try String(contentsOfFile: bench.layout.certificate("log"), encoding: .utf8)
        let log = try SubjectPublicKey(derEncoded: PEMDocument(pemString: text).derBytes)
        try await bench.withToken("issuing") { token in
            let key = try await token.key(label: "log")
            #expect(key.subjectPublicKeyInfo == log.subjectPublicKeyInfo)
        }
        await #expect(throws: SigningError(.keyNotFound, "")) {
            try await bench.withToken("issuing") { _ = try await $0.key(label: "root") }
        }
    }

    @Test("the audit log has every key and certificate, by whom and under which hierarchy")
    func audit() async throws {
        let bench = try CeremonyBench()
        let report = try await bench.perform()
        let events = await bench.store.inner.auditEntries.map(\.event)
        #expect(events.allSatisfy { $0.actor == "operator:tester" && $0.result == .success })
        let keys = events.filter { $0.action == .ceremony }
        #expect(Set(keys.map(\.object)) == Set(report.keys.map { "key:\($0.token)/\($0.label)" }))
        #expect(keys.allSatisfy { $0.policyHash == bench.hierarchy.sha256 && $0.details["generated"] == "true" })
        #expect(Set(keys.compactMap { $0.details["sha256"] }) == Set(report.keys.map(\.sha256)))
        let certificates = events.filter { $0.action == .issueCertificate }
        #expect(certificates.compactMap { $0.details["sha256"] } == report.certificates.map(\.sha256))
        let lists = events.filter { $0.action == .issueRevocationList }
        #expect(lists.map(\.object) == ["crl:root"])
        #expect(events.count == 8)
    }

    @Test("the transcript is the report, readable, with no secret")
    func transcript() async throws {
        let bench = try CeremonyBench()
        let report = try await bench.perform()
        let transcripts = try bench.transcripts()
        #expect(transcripts.count == 1)
        #expect(transcripts.first?["performedBy"] as? String == "operator:tester")
        #expect(transcripts.first?["at"] as? String == report.at)
        #expect((transcripts.first?["inputs"] as? [String: String]) == report.inputs)
        let name = try #require(try FileManager.default.contentsOfDirectory(atPath: bench.layout.transcripts).first)
        #expect(name == report.at.replacing(":", with: "-") + ".json")
        let text = try String(contentsOfFile: "\(bench.layout.transcripts)/\(name)", encoding: .utf8)
        let pin = try await bench.token("root").pinText
        #expect(!text.contains(pin) && text.hasSuffix("}\n"))
    }

    @Test("to run it again changes nothing, and leaves the root's token alone")
    func again() async throws {
        let bench = try CeremonyBench()
        let first = try await bench.perform()
        let files = try bench.files()
        let entries = await bench.store.inner.auditEntries
        bench.clock.advance(by: 86_400)
        let second = try await bench.perform()
        #expect(bench.opened == ["issuing", "root", "issuing"])
        #expect(try bench.files() == files)
        #expect(await bench.store.inner.auditEntries == entries)
        #expect(second.keys.map(\.isNew) == [false, false, false, false, false])
        #expect(second.certificates.map(\.sha256) == first.certificates.map(\.sha256))
        #expect(bench.store.changes.count == entries.count + 3)
        try await bench.checkFinished()
    }

    @Test("files that were lost are written again from the store; no second certificate is signed")
    func lostFiles() async throws {
        let bench = try CeremonyBench()
        let first = try await bench.perform()
        for name in ["root", "agents", "chain", "issuing", "log", "log-es256"] {
            try FileManager.default.removeItem(atPath: bench.layout.certificate(name))
        }
        let second = try await bench.perform()
        #expect(second.certificates.map(\.sha256) == first.certificates.map(\.sha256))
        try await bench.checkFinished()
    }

    @Test("two issuing CAs are certified below one root, and one that is added later alone")
    func twoIssuers() async throws {
        let two = try HierarchyDefinition.withTwoIssuers()
        let bench = try CeremonyBench(two)
        try await bench.perform()
        try await bench.checkFinished()

        let later = try CeremonyBench(two)
        let before = try await later.perform(Shipped.hierarchy)
        let rootFile = try later.files()["certificates/root.pem"]
        later.clock.advance(by: 3_600)
        let after = try await later.perform()
        #expect(try later.files()["certificates/root.pem"] == rootFile)
        #expect(after.certificates.prefix(2).map(\.sha256) == before.certificates.map(\.sha256))
        #expect(after.keys.filter(\.isNew).map(\.label) == ["batch"])
        #expect(try later.transcripts().count == 2)
        try await later.checkFinished()
    }

    static let variantsCases: [KeyValuePairs<String, String>] = [
        ["key: P-384": "key: RSA-4096"],
        ["    key: P-256\n    token": "    key: Ed25519\n    token"],
        ["    key: P-256\n    token": "    key: RSA-3072\n    token"],
        ["    key: P-256\n    token": "    key: RSA-3072\n    scheme: rsa-pss-sha256\n    token"],
        ["key: P-384": "key: RSA-4096\n  scheme: rsa-pss-sha256"],
        ["key: P-384": "key: Ed25519", "    key: P-256\n    token": "    key: P-384\n    token"],
    ]

    @Test("roots and issuing CAs of other kinds of key verify with openssl", arguments: Self.variantsCases.indices)
    func variants(_ index: Int) async throws {
        let bench = try CeremonyBench(.shipped(replacing: Self.variantsCases[index]))
        try await bench.perform()
        try await bench.checkFinished()
    }

    @Test(
        "a key of another type on the token is refused, and nothing is certified",
        arguments: [("issuing", "agents"), ("root", "root")]
    )
    func wrongType(_ token: String, _ label: String) async throws {
        let bench = try CeremonyBench()
        try await bench.withToken(token) { token in
            _ = try await token.generateKeyPair(.ed25519, label: label, id: [1, 2, 3])
        }
        let error = await #expect(throws: AuthorityError.self) { try await bench.perform() }
        #expect(error?.code == .ceremonyFailed)
        #expect(
            error?.reason.hasPrefix("key '\(label)' on token '\(token)' is Ed25519; the hierarchy asks for P-") == true
        )
        #expect(await bench.store.inner.allCertificates.isEmpty)
        try await checkStore(bench.store)
    }

    @Test("a token that was lost is not quietly replaced by new keys", arguments: ["issuing", "root"])
    func lostToken(_ name: String) async throws {
        let bench = try CeremonyBench()
        try await bench.perform()
        let files = try bench.files()
        bench.loseToken(name)
        guard name == "issuing" else {
            // The root's token is not needed, and so not missed.
            try await bench.perform()
            #expect(try bench.files() == files)
            return
        }
        let error = await #expect(throws: AuthorityError.self) { try await bench.perform() }
        #expect(error?.code == .ceremonyFailed)
        #expect(error?.reason.contains("restore the token from its backup") == true)
        #expect(try bench.files() == files)
    }

    @Test("a profile that the ceremony needs and lacks, or of another role, is an error that names it")
    func missingProfile() async throws {
        for (old, new) in [("profile: root-ca", "profile: gone"), ("profile: root-ca", "profile: issuing-ca")] {
            let bench = try CeremonyBench(.shipped(replacing: [old: new]))
            let error = await #expect(throws: AuthorityError.self) { try await bench.perform() }
            #expect(error?.code == .invalidHierarchy)
            #expect(error?.reason.contains("asks for profile '\(new.dropFirst(9))' of role 'root'") == true)
            try await checkStore(bench.store)
        }
    }

    @Test("the plan mentions every step, and afterwards that the root's token stays closed")
    func plan() async throws {
        let bench = try CeremonyBench(.withTwoIssuers())
        let before = Ceremony.plan(hierarchy: bench.hierarchy, layout: bench.layout)
        #expect(try bench.files().isEmpty && bench.opened.isEmpty)
        #expect(
            before == [
                "open token 'issuing', or prepare it when it is new",
                "  find key 'agents', or generate it: P-256, not extractable, sign only",
                "  find key 'agents-ocsp', or generate it: P-256, not extractable, sign only",
                "  find key 'batch', or generate it: P-384, not extractable, sign only",
                "  find key 'log', or generate it: Ed25519, not extractable, sign only",
                "  find key 'log-es256', or generate it: P-256, not extractable, sign only",
                "open token 'root', or prepare it when it is new",
                "  find key 'root', or generate it: P-384, not extractable, sign only",
                "  sign the root certificate \(bench.hierarchy.root.subject) by profile 'root-ca'",
                "  sign CA certificate \(bench.hierarchy.issuers[0].subject) by profile 'issuing-ca'",
                "  sign CA certificate \(bench.hierarchy.issuers[1].subject) by profile 'issuing-ca'",
                "  sign the root's CRL, unless the last one lists every revocation and a third of its life is left",
                "write certificates to \(bench.layout.certificates) and a transcript to \(bench.layout.transcripts)",
            ]
        )
        try await bench.perform()
        let after = Ceremony.plan(hierarchy: bench.hierarchy, layout: bench.layout)
        #expect(
            after.contains(
                "keep the certificates of root and issuing CAs; the root's token is opened only if its CRL is due"
            )
        )
        #expect(!after.contains { $0.contains("token 'root'") || $0.contains("sign ") && !$0.contains("sign only") })
    }
}
