// The link from an identity certificate to the agent's public one, as it is issued.

import Crypto
import PKIX
import Testing
import X509

@testable import CertificateAuthority

@Suite("The link to the public certificate's key")
struct ServerKeyLinkTests {
    /// An authority by the shipped profiles, the one of identities with `serverKeyLink` as it is given.
    private func bench(isLinking: Bool) async throws -> Bench {
        let identity = try Shipped.profile(
            "agent-identity",
            replacing: ["serverKeyLink: false": "serverKeyLink: \(isLinking)"]
        )
        return try await Bench(profiles: Shipped.profiles.filter { $0.name != identity.name } + [identity])
    }

    /// The link in the certificate of an agent whose public certificate has a key.
    private func link(to hash: [UInt8]?, by bench: Bench) async throws -> [UInt8]? {
        let name = AlternativeName.uri(try URIName("ans://v1.2.3.agent.example.com"))
        var application = bench.application("agent-identity", names: [name])
        application.serverKeyHash = hash
        let certificate = try await bench.authority.issue(application).stored.certificate
        let decoded = DecodedExtensions(Array(try EncodedCertificate(der: certificate).fields.extensions))
        #expect(decoded.undecodable.isEmpty)
        return decoded.serverKeyLink?.keyHash
    }

    @Test("the profile and the public certificate together put it in: the same over renewals with the same key")
    func issued() async throws {
        let hash = Array(SHA256.hash(data: P256.Signing.PrivateKey().publicKey.derRepresentation))
        let linking = try await self.bench(isLinking: true)
        for _ in 1...2 { #expect(try await self.link(to: hash, by: linking) == hash) }
        #expect(try await self.link(to: nil, by: linking) == nil)
        #expect(try await self.link(to: hash, by: try await self.bench(isLinking: false)) == nil)
    }
}
