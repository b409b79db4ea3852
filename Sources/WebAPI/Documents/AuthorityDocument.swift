// The authority as it introduces itself: what a relying party needs to trust it, what an agent needs to ask it.

import CertificateAuthority
import Crypto
import NIOCore
import PKIX
import SwiftASN1
import X509

/// The description of the authority; it does not change while the daemon runs.
struct AuthorityDocument: Sendable {
    /// The JSON text.
    let json: ByteBuffer

    /// Describes an authority.
    ///
    /// - Throws: ``WebAPIError`` with `.invalidAuthority` when the root's certificate cannot be read.
    init(_ authority: IssuingAuthority, chains: IssuerChains) throws(WebAPIError) {
        let root: Certificate
        do {
            root = try Certificate(reading: authority.root)
        } catch {
            throw WebAPIError(.invalidAuthority, "the root's certificate cannot be read: \(error)")
        }
        var json = JSONWriter(capacity: 8_192)
        json.object {
            $0.name("root")
            $0.object { Self.write(root, authority.root, into: &$0) }
            $0.name("issuers")
            $0.array { json in
                for issuer in authority.issuers { Self.write(issuer, chains, into: &json) }
            }
            $0.name("profiles")
            $0.array { json in
                for profile in authority.profiles { Self.write(profile, into: &json) }
            }
        }
        self.json = json.buffer
    }

    private static func write(_ certificate: Certificate, _ der: [UInt8], into json: inout JSONWriter) {
        json.member("subject", certificate.subject.description)
        json.member("sha256", Array(SHA256.hash(data: der)).hexadecimal)
        json.member("notBefore", CertificateTime(certificate.notValidBefore).description)
        json.member("notAfter", CertificateTime(certificate.notValidAfter).description)
        json.member("certificate", PEM.certificate(der))
    }

    private static func write(_ issuer: Issuer, _ chains: IssuerChains, into json: inout JSONWriter) {
        json.object {
            $0.member("name", issuer.name)
            self.write(issuer.certificate, issuer.certificateBytes, into: &$0)
            $0.member("keyType", issuer.publicKey.type.description)
            $0.name("chain")
            $0.raw(chains[issuer.name].json)
            $0.name("revocation")
            $0.object {
                $0.member("crl", issuer.addresses.crl(of: issuer.name))
                $0.member("ocsp", issuer.addresses.ocsp)
                $0.member("issuerCertificate", issuer.addresses.certificate(of: issuer.name))
            }
        }
    }

    private static func write(_ profile: CertificateProfile, into json: inout JSONWriter) {
        json.object {
            $0.member("name", profile.name)
            $0.member("summary", profile.summary)
            $0.member("issuer", ifPresent: profile.issuer)
            $0.member("keys", profile.keys.map(\.description))
            $0.member("lifetime", profile.lifetime)
            $0.member("maximumLifetime", profile.maximumLifetime)
        }
    }
}
