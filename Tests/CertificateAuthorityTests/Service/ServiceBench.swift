// The daemon's own certificates with a clock, a directory and a responder's key of the test's.

import Crypto
import Foundation
import PKIX
import Synchronization
import X509

@testable import CertificateAuthority

struct ServiceBench {
    let bench: Bench
    let directory: TemporaryDirectory
    let layout: StateLayout
    let responderSigner = SoftwareSigner(.p256)
    let heard = Heard()
    let responderFailure = Flag()

    /// The credentials that the callback was given.
    final class Heard: Sendable {
        private let state = Mutex<[ServiceCredentials]>([])
        var all: [ServiceCredentials] { self.state.withLock { $0 } }
        func add(_ credentials: ServiceCredentials) { self.state.withLock { $0.append(credentials) } }
    }

    final class Flag: Sendable {
        private let state = Mutex(false)
        var isSet: Bool { self.state.withLock { $0 } }
        func set(_ value: Bool) { self.state.withLock { $0 = value } }
    }

    struct ResponderKeyIsAway: Error {}

    init(issuer: KeyType = .p256, scheme: SignatureScheme? = nil) async throws {
        self.bench = try await Bench(issuer: issuer, scheme: scheme)
        self.bench.clock.advance(by: 3_600)
        self.directory = try TemporaryDirectory()
        self.layout = StateLayout(directory: self.directory.path)
        for path in [self.layout.certificates, self.layout.secrets] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    func services(
        authority: IssuingAuthority? = nil,
        names: [AlternativeName] = [],
        responders: ResponderRegister = ResponderRegister(),
        keys: ResponderKeys? = nil,
        sleep: @escaping @Sendable (Duration) async throws -> Void = { _ in throw CancellationError() }
    ) -> ServiceCertificates {
        let (signer, heard, failure) = (self.responderSigner, self.heard, self.responderFailure)
        return ServiceCertificates(
            authority: authority ?? self.bench.authority,
            hierarchy: Shipped.hierarchy,
            layout: self.layout,
            responderKeys: keys
                ?? .token(
                    find: { definition in
                        guard !failure.isSet, definition.label == "agents-ocsp" else { throw ResponderKeyIsAway() }
                        return signer.subjectPublicKey
                    },
                    signer: { _, _ in signer }
                ),
            responders: responders,
            names: names,
            makeKey: { P256.Signing.PrivateKey() },
            credentialsChanged: { heard.add($0) },
            sleep: sleep,
            logger: .silent
        )
    }

    var responder: String { self.layout.certificate("agents-ocsp") }

    /// The files of both certificates.
    func files() throws -> [Data] {
        try [self.responder, self.layout.serviceCredentials].map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
    }

    func overwrite(_ path: String, with text: String) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }
}
