// A state directory, tokens of SoftHSM and a store, for ceremonies that are stopped and begun again.

import AuditLog
import Crypto
import Foundation
import Logging
import PKIX
import Signing
import Synchronization
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

/// What a ceremony works on.
final class CeremonyBench: Sendable {
    struct Interruption: Error {}

    let hierarchy: HierarchyDefinition
    let directory: TemporaryDirectory
    let layout: StateLayout
    let store = FaultyStore()
    /// Yesterday: what tests let pass must not reach beyond the clock that openssl looks at.
    let clock = ManualClock(Date().addingTimeInterval(-86_400))
    private let serials = Serials()
    private let state = Mutex(State())

    private struct State {
        var tokens: [String: SoftHSMToken] = [:]
        var opened: [String] = []
        var interruptedOpening: (number: Int, afterBody: Bool)?
        var onStep: (@Sendable (IssuanceStep) -> Void)?
    }

    init(_ hierarchy: HierarchyDefinition = Shipped.hierarchy) throws {
        self.hierarchy = hierarchy
        self.directory = try TemporaryDirectory()
        self.layout = StateLayout(directory: self.directory.path)
        for path in [self.layout.certificates, self.layout.transcripts, self.layout.secrets, self.layout.crls] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// The tokens opened so far, in order.
    var opened: [String] { self.state.withLock { $0.opened } }

    /// Has the n-th opening of a token from now on fail, before or after what is done with it.
    func interrupt(opening number: Int, afterBody: Bool) {
        self.state.withLock { state in
            state.interruptedOpening = (state.opened.count + number, afterBody)
        }
    }

    func onStep(_ body: (@Sendable (IssuanceStep) -> Void)?) { self.state.withLock { $0.onStep = body } }

    var environment: AuthorityEnvironment {
        AuthorityEnvironment(
            now: { self.clock.now },
            serialNumber: { self.serials.next() },
            onStep: { step in self.state.withLock { $0.onStep }?(step) }
        )
    }

    @discardableResult
    func perform(_ hierarchy: HierarchyDefinition? = nil) async throws -> CeremonyReport {
        try await Ceremony(
            hierarchy: hierarchy ?? self.hierarchy,
            profiles: Shipped.profiles,
            layout: self.layout,
            addresses: Bench.addresses,
            store: self.store,
            audit: self.store,
            environment: self.environment,
            withToken: { name, body in try await self.withToken(name, body) },
            operator: "tester",
            logger: .silent
        ).perform()
    }

    /// The token of a name, made on first use.
    func token(_ name: String) async throws -> SoftHSMToken {
        if let token = self.state.withLock({ $0.tokens[name] }) { return token }
        let token = try await SoftHSMFixture.makeToken(name)
        self.state.withLock { $0.tokens[name] = token }
        return token
    }

    /// Exchanges a token for an empty one.
    func loseToken(_ name: String) { self.state.withLock { $0.tokens[name] = nil } }

    /// Opens a token for a body, as the program does.
    func withToken(_ name: String, _ body: @Sendable (Token) async throws -> Void) async throws {
        let interruption = self.state.withLock { state -> Bool? in
            state.opened.append(name)
            guard let planned = state.interruptedOpening, planned.number == state.opened.count else { return nil }
            return planned.afterBody
        }
        if interruption == false { throw Interruption() }
        let location = try await self.token(name)
        var configuration = TokenConfiguration()
        configuration.sessions = 1
        configuration.waitingTimeout = .seconds(30)
        let token = Token(
            module: location.module,
            uri: location.uri,
            pin: location.pin,
            configuration: configuration,
            clock: ContinuousClock(),
            logger: .silent
        )
        do {
            try await token.ready()
            try await body(token)
        } catch {
            await token.shutdown()
            throw error
        }
        await token.shutdown()
        if interruption == true { throw Interruption() }
    }

    /// The files below the state directory with their content and time of change.
    func files() throws -> [String: String] {
        var files: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: self.directory.path) {
            let full = "\(self.directory.path)/\(path)"
            let attributes = try FileManager.default.attributesOfItem(atPath: full)
            guard attributes[.type] as? FileAttributeType == .typeRegular, !path.hasSuffix(".out"),
                !path.hasSuffix(".err")
            else { continue }
            let content = try Data(contentsOf: URL(fileURLWithPath: full)).base64EncodedString()
            let changed = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
            let number = attributes[.systemFileNumber] as? UInt64 ?? 0
            files[path] = "\(content) \(changed) \(number)"
        }
        return files
    }

    /// The transcripts, decoded.
    func transcripts() throws -> [[String: Any]] {
        try FileManager.default.contentsOfDirectory(atPath: self.layout.transcripts).sorted().map { name in
            let data = try Data(contentsOf: URL(fileURLWithPath: "\(self.layout.transcripts)/\(name)"))
            return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        }
    }

    /// Checks what a finished ceremony leaves: one root and one certificate an issuer, in store and files, a chain that
    /// openssl verifies with the root's CRL, a transcript of every key and certificate, and nothing begun.
    func checkFinished(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await checkStore(self.store, sourceLocation: sourceLocation)
        let names = ["root"] + self.hierarchy.issuers.map(\.name)
        let stored = await self.store.inner.allCertificates
        #expect(stored.count == names.count, "one certificate each", sourceLocation: sourceLocation)
        let files = try names.map { try PEM.certificate(in: self.layout.certificate($0)) }
        #expect(Set(stored.map(\.certificate)) == Set(files), sourceLocation: sourceLocation)
        let chain = try PEM.certificates(in: self.layout.chain)
        #expect(chain == Array(files.dropFirst()) + [files[0]], sourceLocation: sourceLocation)
        let issuing = try PEM.certificates(in: self.layout.certificate("issuing"))
        #expect(issuing == [files[1]], sourceLocation: sourceLocation)
        #expect(FileManager.default.fileExists(atPath: self.layout.certificate("log")), sourceLocation: sourceLocation)

        let crl = try await self.rootCRL()
        for issuer in self.hierarchy.issuers {
            let result = try run(
                [
                    "openssl", "verify", "-x509_strict", "-check_ss_sig", "-crl_check", "-CRLfile", crl.pemPath,
                    "-CAfile", self.layout.certificate("root"), self.layout.certificate(issuer.name),
                ],
                in: self.directory
            )
            #expect(result.status == 0, "\(result.output)\(result.errors)", sourceLocation: sourceLocation)
        }
        try self.checkTranscripts(sourceLocation: sourceLocation)
    }

    private func checkTranscripts(sourceLocation: SourceLocation) throws {
        let transcripts = try self.transcripts()
        let keys = transcripts.flatMap { $0["keys"] as? [[String: Any]] ?? [] }.compactMap { $0["label"] as? String }
        let labels =
            ["root", "log", "log-es256"]
            + self.hierarchy.issuers.flatMap { [$0.name] + [$0.responder?.key.label].compactMap(\.self) }
        #expect(Set(keys) == Set(labels), "keys in transcripts", sourceLocation: sourceLocation)
        let certificates = transcripts.flatMap { $0["certificates"] as? [[String: Any]] ?? [] }
        let names = ["root"] + self.hierarchy.issuers.map(\.name)
        #expect(Set(certificates.compactMap { $0["name"] as? String }) == Set(names), sourceLocation: sourceLocation)
    }

    /// The root's CRL in force, which lies whole in its file.
    func rootCRL(sourceLocation: SourceLocation = #_sourceLocation) async throws -> CRLFile {
        let crl = try #require(
            try await self.store.publishedCRL(.complete, of: CRLPartition(issuer: "root")),
            sourceLocation: sourceLocation
        )
        let file = CRLFile(crl, in: self.layout.crls)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
        #expect(Array(SHA256.hash(data: bytes)) == crl.sha256, sourceLocation: sourceLocation)
        #expect(try ParsedCRL(derEncoded: bytes).number == crl.number, sourceLocation: sourceLocation)
        return file
    }

    /// Leftovers of temporary files.
    func temporaryFiles() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: self.directory.path).filter {
            $0.contains(".pem.") || $0.contains(".json.") || $0.contains(".crl.") && !$0.hasSuffix(".crl.pem")
        }
    }
}

extension HierarchyDefinition {
    /// The shipped hierarchy with parts of its text changed.
    static func shipped(replacing changes: KeyValuePairs<String, String>) throws -> HierarchyDefinition {
        var text = Shipped.text("hierarchy.yaml")
        for (old, new) in changes {
            guard text.contains(old) else { throw TextNotThere(text: old) }
            text = text.replacing(old, with: new)
        }
        return try HierarchyDefinition(text: text, file: "hierarchy.yaml")
    }

    /// The shipped hierarchy with a second issuing CA.
    static func withTwoIssuers() throws -> HierarchyDefinition {
        try self.shipped(replacing: [
            "# The daemon's own": """
              - name: batch
                subject: {organization: Signet, commonName: Signet Batch CA 1}
                profile: issuing-ca
                key: P-384
                token: issuing

            # The daemon's own
            """
        ])
    }
}
