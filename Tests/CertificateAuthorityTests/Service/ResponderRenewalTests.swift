import Crypto
import Foundation
import PKIX
import Signing
import Synchronization
import TestSupport
import Testing
import X509

@testable import CertificateAuthority

extension ServiceBench {
    /// An OCSP responder of the bench's authority.
    func ocsp(_ responders: ResponderRegister) -> OCSPResponder {
        OCSPResponder(
            authority: self.bench.authority,
            delegating: ["agents"],
            responders: responders,
            store: self.bench.store,
            policy: OCSPPolicy(),
            now: self.bench.environment.now
        )
    }

    /// Looks every few minutes for a time, and has the responder answer after each look, fresh and as long as it may.
    func serve(
        _ services: ServiceCertificates,
        _ responders: ResponderRegister,
        for seconds: Int64,
        about serial: SerialNumber
    ) async throws -> Set<[UInt8]> {
        var seen: Set<[UInt8]> = []
        let (ocsp, end) = (self.ocsp(responders), self.bench.clock.time + seconds)
        let certID = OCSPCertID(
            hash: .sha256,
            issuerName: self.bench.issuer.subjectBytes,
            issuerKey: self.bench.issuer.publicKey.keyBytes,
            serialNumber: serial
        )
        while self.bench.clock.time < end {
            self.bench.clock.advance(by: 600)
            _ = try? await services.renewDue()
            let answer = try await ocsp.answer(certID, of: 0)
            let responder = try #require(responders.responder(of: "agents"))
            _ = try basic(answer, from: responder, at: self.bench.clock.time)
            seen.insert(responder.certificate)
        }
        return seen
    }
}

@Suite("OCSP responders' keys and certificates")
struct ResponderRenewalTests {
    /// Keys in memory, and how many have been drawn.
    private final class Keys: Sendable {
        private let drawn = Mutex<[P256.Signing.PrivateKey]>([])
        var all: [P256.Signing.PrivateKey] { self.drawn.withLock { $0 } }
        var source: ResponderKeys {
            .memory(makeKey: {
                let key = P256.Signing.PrivateKey()
                self.drawn.withLock { $0.append(key) }
                return key
            })
        }
    }

    private func publicKey(_ responder: DelegatedResponder?) throws -> SubjectPublicKey {
        try SubjectPublicKey(Certificate(reading: try #require(responder).certificate).publicKey)
    }

    @Test("in memory: a fresh key with a certificate of a day at most, and no file")
    func memory() async throws {
        let (service, keys, responders) = (try await ServiceBench(), Keys(), ResponderRegister())
        let services = service.services(responders: responders, keys: keys.source)
        services.installResponders()
        #expect(responders.responder(of: "agents") == nil)
        #expect(try await services.renewDue() == ["agents-ocsp", "service-tls"])
        let responder = try #require(responders.responder(of: "agents"))
        #expect(responder.notAfter.secondsSinceEpoch - responder.notBefore.secondsSinceEpoch < 86_400)
        #expect(responder.notAfter.secondsSinceEpoch - service.bench.clock.time.secondsSinceEpoch < 86_400)
        #expect(keys.all.count == 1)
        let key = try SubjectPublicKey(Certificate.PublicKey(keys.all[0].publicKey))
        #expect(try self.publicKey(responder) == key)
        let files = try FileManager.default.contentsOfDirectory(atPath: service.layout.certificates)
        #expect(files.isEmpty && !FileManager.default.fileExists(atPath: service.responder))
        #expect(try await services.renewDue().isEmpty)
    }

    @Test("in memory: renewed with a new key when two thirds of its life are over, not a second earlier")
    func memoryTwoThirds() async throws {
        let (service, keys, responders) = (try await ServiceBench(), Keys(), ResponderRegister())
        let services = service.services(responders: responders, keys: keys.source)
        try await services.renewDue()
        let first = try #require(responders.responder(of: "agents"))
        service.bench.clock.set(first.notAfter + -28_800)
        #expect(try await services.renewDue().isEmpty)
        service.bench.clock.set(first.notAfter + -28_799)
        #expect(try await services.renewDue() == ["agents-ocsp"])
        #expect(try self.publicKey(responders.responder(of: "agents")) != self.publicKey(first))
        #expect(keys.all.count == 2)
        // The one before it is as good as it was until it ends.
        #expect(service.bench.clock.time < first.notAfter)
    }

    @Test("in memory: answers go on without a gap, over renewals and while the CA's key is away for hours")
    func memoryWithoutGap() async throws {
        let (service, keys, responders) = (try await ServiceBench(), Keys(), ResponderRegister())
        let services = service.services(responders: responders, keys: keys.source)
        let serial = try await service.bench.issue().stored.serialNumber
        try await services.renewDue()
        #expect(try await service.serve(services, responders, for: 54_000, about: serial).count == 1)
        service.bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        #expect(try await service.serve(services, responders, for: 21_600, about: serial).count == 1)
        service.bench.signer.behave(.sign)
        let seen = try await service.serve(services, responders, for: 86_400, about: serial)
        #expect(seen.count == 3 && keys.all.count > 3)
        try await checkStore(service.bench.store)
    }

    @Test("in memory: the next process draws another key at once")
    func memoryRestart() async throws {
        let (service, keys) = (try await ServiceBench(), Keys())
        for _ in 0..<2 {
            let responders = ResponderRegister()
            let services = service.services(responders: responders, keys: keys.source)
            #expect(try await services.renewDue().first == "agents-ocsp")
        }
        #expect(keys.all.count == 2)
    }

    @Test("on the token: the certificate is in its file, and signs right after a restart while the token is away")
    func token() async throws {
        let (service, responders) = (try await ServiceBench(), ResponderRegister())
        try await service.services(responders: responders).renewDue()
        let certificate = try #require(responders.responder(of: "agents")).certificate
        #expect(try PEM.certificate(in: service.responder) == certificate)

        let next = ResponderRegister()
        service.responderFailure.set(true)
        service.bench.signer.behave(.fail(SigningError(.unavailable, "away")))
        let services = service.services(responders: next)
        services.installResponders()
        #expect(next.responder(of: "agents")?.certificate == certificate)
        #expect(try await services.renewDue().isEmpty)
        #expect(next.responder(of: "agents")?.certificate == certificate)
    }

    @Test("on the token: the key stays, the certificate is renewed without a gap")
    func tokenRenewal() async throws {
        let (service, responders) = (try await ServiceBench(), ResponderRegister())
        let services = service.services(responders: responders)
        try await services.renewDue()
        let first = try #require(responders.responder(of: "agents"))
        service.bench.clock.set(first.notAfter + -863_999)
        #expect(try await services.renewDue().contains("agents-ocsp"))
        let second = try #require(responders.responder(of: "agents"))
        #expect(second.certificate != first.certificate)
        #expect(try self.publicKey(second) == self.publicKey(first))
        #expect(try PEM.certificate(in: service.responder) == second.certificate)
    }

    @Test("a certificate that another key of the CA's has signed is not installed, but replaced")
    func rekeyed() async throws {
        let (service, responders) = (try await ServiceBench(), ResponderRegister())
        try await service.services().renewDue()
        let old = try PEM.certificate(in: service.responder)
        let authority = try IssuingAuthority(
            root: service.bench.root.certificateBytes,
            issuers: [try await service.bench.issuer("agents")],
            profiles: Shipped.profiles,
            store: service.bench.store,
            environment: service.bench.environment,
            logger: .silent
        )
        let services = service.services(authority: authority, responders: responders)
        services.installResponders()
        #expect(responders.responder(of: "agents") == nil)
        #expect(try await services.renewDue() == ["agents-ocsp"])
        let responder = try #require(responders.responder(of: "agents"))
        #expect(responder.certificate != old)
        try authority.issuers[0].verifier.check(responder.certificate)
    }

    static let unfit = ["garbage", "expired", "another key's", "no responder's"]

    @Test("what lies in the file and cannot sign is not installed", arguments: Self.unfit)
    func notInstalled(_ kind: String) async throws {
        let (service, responders) = (try await ServiceBench(), ResponderRegister())
        try await service.services().renewDue()
        let signer = service.responderSigner
        var found: any CertificateSigner = signer
        switch kind {
        case "garbage": try service.overwrite(service.responder, with: "garbage")
        case "expired": service.bench.clock.advance(by: 31 * 86_400)
        case "another key's": found = SoftwareSigner(.p256)
        default:
            let application = service.bench.application(key: signer.subjectPublicKey)
            let leaf = try await service.bench.authority.issue(application).stored.certificate
            try service.overwrite(service.responder, with: PEM.text(certificates: [leaf]))
        }
        let services = service.services(
            responders: responders,
            keys: .token(find: { _ in signer.subjectPublicKey }, signer: { [found] _, _ in found })
        )
        services.installResponders()
        #expect(responders.responder(of: "agents") == nil)
    }

    @Test("a renewal that fails is tried after 60 s, then twice as long each time, an hour at most")
    func backoff() {
        let backoff = RenewalBackoff()
        var now = Bench.noon
        #expect(backoff.admits("a", at: now))
        for pause in [60, 120, 240, 480, 960, 1_920, 3_600, 3_600] {
            backoff.note("a", failed: true, at: now)
            #expect(!backoff.admits("a", at: now + TimeInterval(pause - 1)))
            #expect(backoff.admits("b", at: now))
            now += TimeInterval(pause)
            #expect(backoff.admits("a", at: now))
        }
        backoff.note("a", failed: false, at: now)
        #expect(backoff.admits("a", at: now))
        backoff.note("a", failed: true, at: now)
        #expect(backoff.admits("a", at: now + 60))
    }
}
