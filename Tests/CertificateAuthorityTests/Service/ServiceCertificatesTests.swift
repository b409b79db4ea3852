import Crypto
import Foundation
import PKIX
import Signing
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

@Suite("The daemon's own certificates")
struct ServiceCertificatesTests {
    @Test("what is missing is made: a responder's certificate and the TLS key with its chain")
    func missing() async throws {
        let service = try await ServiceBench()
        #expect(try await service.services().renewDue() == ["agents-ocsp", "service-tls"])

        let responder = try Certificate(reading: PEM.certificate(in: service.responder))
        #expect(try SubjectPublicKey(responder.publicKey) == service.responderSigner.subjectPublicKey)
        #expect(responder.subject == Shipped.hierarchy.issuers[0].responder?.subject)
        #expect(responder.extensions[oid: ExtensionIdentifier.ocspNoCheck] != nil)

        let credentials = try ServiceCredentials(contentsOf: service.layout.serviceCredentials)
        #expect(credentials.chain.dropFirst() == [service.bench.issuer.certificateBytes])
        let leaf = try Certificate(reading: credentials.chain[0])
        #expect(leaf.publicKey == Certificate.PublicKey(credentials.privateKey.publicKey))
        let names = try leaf.extensions.subjectAlternativeNames.map { Array($0) }
        #expect(names == Shipped.hierarchy.service.names.map(\.generalName))
        try await checkStore(service.bench.store)
        let actors = await service.bench.store.inner.allCertificates.suffix(2).map(\.requestedBy)
        #expect(actors == ["system", "system"])
    }

    @Test("certificates of an issuer that signs with RSASSA-PSS are read, and not renewed at every look")
    func pss() async throws {
        let service = try await ServiceBench(issuer: .rsa(bits: 3_072), scheme: .rsaPSSSHA256)
        #expect(try await service.services().renewDue().count == 2)
        #expect(try await service.services().renewDue().isEmpty)
        _ = try ServiceCredentials(contentsOf: service.layout.serviceCredentials)
    }

    @Test("the callback gets the credentials that are on disk, key and chain that fit")
    func callback() async throws {
        let service = try await ServiceBench()
        try await service.services().renewDue()
        #expect(service.heard.all.count == 1)
        let heard = try #require(service.heard.all.first)
        let onDisk = try ServiceCredentials(contentsOf: service.layout.serviceCredentials)
        #expect(heard.chain == onDisk.chain)
        #expect(heard.privateKey.rawRepresentation == onDisk.privateKey.rawRepresentation)
    }

    @Test("the TLS key's file is for its owner alone")
    func mode() async throws {
        let service = try await ServiceBench()
        try await service.services().renewDue()
        let modes = try [service.layout.serviceCredentials, service.responder].map { path in
            try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        }
        #expect(modes == [0o600, 0o644])
    }

    @Test("renewal comes when two thirds of the life are over, not a second earlier")
    func twoThirds() async throws {
        let service = try await ServiceBench()
        let services = service.services()
        try await services.renewDue()
        let before = try service.files()
        let certificate = try Certificate(reading: PEM.certificate(in: service.responder))
        let notAfter = CertificateTime(certificate.notValidAfter)
        // Both live 30 days, less the second that is counted at both ends.
        service.bench.clock.set(notAfter + -864_000)
        #expect(try await services.renewDue().isEmpty)
        #expect(try service.files() == before)
        #expect(service.heard.all.count == 1)

        service.bench.clock.set(notAfter + -863_999)
        #expect(try await services.renewDue() == ["agents-ocsp", "service-tls"])
        let after = try service.files()
        #expect(zip(before, after).allSatisfy { $0 != $1 })
        #expect(service.heard.all.count == 2)
        #expect(service.heard.all[0].privateKey.rawRepresentation != service.heard.all[1].privateKey.rawRepresentation)
        #expect(try await services.renewDue().isEmpty)
        try await checkStore(service.bench.store)
    }

    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (ServiceBench) throws -> Void
        let renewed: [String]
    }

    static let damages = [
        Damage(
            testDescription: "the responder's file is gone",
            change: { try FileManager.default.removeItem(atPath: $0.responder) },
            renewed: ["agents-ocsp"]
        ),
        Damage(
            testDescription: "the responder's file is garbage",
            change: { try $0.overwrite($0.responder, with: "garbage") },
            renewed: ["agents-ocsp"]
        ),
        Damage(
            testDescription: "the responder's file is empty",
            change: { try $0.overwrite($0.responder, with: "") },
            renewed: ["agents-ocsp"]
        ),
        Damage(
            testDescription: "the credentials are gone",
            change: { try FileManager.default.removeItem(atPath: $0.layout.serviceCredentials) },
            renewed: ["service-tls"]
        ),
        Damage(
            testDescription: "the credentials lack the key",
            change: { service in
                let path = service.layout.serviceCredentials
                try service.overwrite(path, with: PEM.text(certificates: try PEM.certificates(in: path)))
            },
            renewed: ["service-tls"]
        ),
        Damage(
            testDescription: "the credentials have another key",
            change: { service in
                let path = service.layout.serviceCredentials
                let text = P256.Signing.PrivateKey().pemRepresentation + "\n"
                try service.overwrite(path, with: text + PEM.text(certificates: try PEM.certificates(in: path)))
            },
            renewed: ["service-tls"]
        ),
        Damage(
            testDescription: "the credentials lack the certificate",
            change: { service in
                try service.overwrite(
                    service.layout.serviceCredentials,
                    with: P256.Signing.PrivateKey().pemRepresentation
                )
            },
            renewed: ["service-tls"]
        ),
        Damage(testDescription: "nothing", change: { _ in }, renewed: []),
    ]

    @Test("a file that is missing or broken is made anew, and only that", arguments: Self.damages)
    func damaged(_ damage: Damage) async throws {
        let service = try await ServiceBench()
        let services = service.services()
        try await services.renewDue()
        try damage.change(service)
        #expect(try await services.renewDue() == damage.renewed)
        _ = try ServiceCredentials(contentsOf: service.layout.serviceCredentials)
        _ = try PEM.certificate(in: service.responder)
        #expect(try await services.renewDue().isEmpty)
        try await checkStore(service.bench.store)
    }

    @Test("other names renew the TLS certificate; names that stand there already do not stand twice")
    func names() async throws {
        let service = try await ServiceBench()
        try await service.services().renewDue()
        let localhost = try #require(AlternativeName(hostOrAddress: "localhost"))
        #expect(try await service.services(names: [localhost]).renewDue().isEmpty)

        let host = try #require(AlternativeName(hostOrAddress: "ca.example.com"))
        let services = service.services(names: [localhost, host])
        #expect(try await services.renewDue() == ["service-tls"])
        let leaf = try Certificate(reading: PEM.certificate(in: service.layout.serviceCredentials))
        let names = try leaf.extensions.subjectAlternativeNames.map { Array($0) }
        #expect(names == (Shipped.hierarchy.service.names + [host]).map(\.generalName))
        #expect(try await services.renewDue().isEmpty)
    }

    @Test("a renewal that fails keeps what there is; it is tried again a minute later, not earlier, and makes it good")
    func failure() async throws {
        let service = try await ServiceBench()
        let services = service.services()
        try await services.renewDue()
        let before = try service.files()
        service.bench.clock.advance(by: 25 * 86_400)
        service.bench.signer.behave(.fail(SigningError(.unavailable, "away", retryAfter: .seconds(1))))
        await #expect(throws: AuthorityError(.unavailable, "")) { try await services.renewDue() }
        #expect(try service.files() == before)
        #expect(service.heard.all.count == 1)
        try await checkStore(service.bench.store)

        service.bench.signer.behave(.sign)
        service.bench.clock.advance(by: 59)
        #expect(try await services.renewDue().isEmpty)
        service.bench.clock.advance(by: 1)
        #expect(try await services.renewDue() == ["agents-ocsp", "service-tls"])
        try await checkStore(service.bench.store)
    }

    @Test("a responder whose key is away does not keep the TLS certificate from being renewed")
    func independent() async throws {
        let service = try await ServiceBench()
        service.responderFailure.set(true)
        let services = service.services()
        await #expect(throws: ServiceBench.ResponderKeyIsAway.self) { try await services.renewDue() }
        #expect(service.heard.all.count == 1)
        service.responderFailure.set(false)
        service.bench.clock.advance(by: 60)
        #expect(try await services.renewDue() == ["agents-ocsp"])
    }

    @Test("it looks every minute, and goes on after a look that failed")
    func run() async throws {
        let service = try await ServiceBench()
        service.bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        let looks = Counter()
        let services = service.services(sleep: { duration in
            #expect(duration == .seconds(60))
            service.bench.clock.advance(by: 60)
            switch looks.next() {
            case 1: #expect(service.heard.all.isEmpty)
            // The look before this one failed again: there are two minutes to the next attempt.
            case 2: service.bench.signer.behave(.sign)
            case 3: #expect(service.heard.all.isEmpty)
            default: throw CancellationError()
            }
        })
        try await services.run()
        #expect(looks.value == 4)
        #expect(service.heard.all.count == 1)
        try await checkStore(service.bench.store)
    }
}
