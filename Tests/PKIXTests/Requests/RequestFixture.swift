// Certificate requests written by hand (RFC 2986), each part replaceable, signed by a real key.

import Crypto
import CryptoExtras
import PKIX
import SwiftASN1
import TestSupport
import X509

/// A request as its encoded parts.
struct RequestFixture {
    var version: [UInt8] = [0x02, 0x01, 0x00]
    var subject = DERBytes.name([([2, 5, 4, 3], 0x0C, Array(TBSFixture.host.utf8))])
    var publicKey: [UInt8]
    /// The encoded attributes.
    var attributes: [[UInt8]] = []
    var signatureAlgorithm: [UInt8]
    let key: FixtureKey
    let scheme: SignatureScheme

    init(_ key: FixtureKey = .ed25519, names: [GeneralName] = [.dnsName(TBSFixture.host)]) throws {
        self.key = key
        self.scheme = SignatureScheme.default(for: key.publicKey.type)
        self.publicKey = key.publicKey.subjectPublicKeyInfo
        self.signatureAlgorithm = self.scheme.algorithmIdentifier
        if !names.isEmpty { try self.ask(for: names) }
    }

    /// Asks for subject alternative names.
    mutating func ask(for names: [GeneralName]) throws {
        self.ask(for: [try Certificate.Extension(SubjectAlternativeNames(names), critical: false)])
    }

    /// Adds an extensionRequest attribute.
    mutating func ask(for extensions: [Certificate.Extension]) {
        let value = DERBytes.node(0x30, extensions.flatMap { DERBytes.encoding(of: $0) })
        self.attributes.append(
            DERBytes.sequence(DERBytes.identifier([1, 2, 840, 113_549, 1, 9, 14]), DERBytes.node(0x31, value))
        )
    }

    /// The `CertificationRequestInfo`.
    var info: [UInt8] {
        // DER orders a SET OF by its elements' octets (X.690 §11.6).
        let attributes = self.attributes.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }
        return DERBytes.sequence(self.version, self.subject, self.publicKey, DERBytes.node(0xA0, attributes))
    }

    /// The request, signed.
    func derEncoded() throws -> [UInt8] {
        self.derEncoded(signature: try self.key.signature(over: self.info, scheme: self.scheme))
    }

    /// The request with a signature that need not verify.
    func derEncoded(signature: [UInt8]) -> [UInt8] {
        DERBytes.sequence(self.info, self.signatureAlgorithm, DERBytes.bitString(signature))
    }

    /// A request whose RSA signature is made over SHA-1.
    static func signedWithSHA1() throws -> [UInt8] {
        var request = try RequestFixture(.rsa2048)
        request.signatureAlgorithm = DERBytes.sequence(
            DERBytes.identifier([1, 2, 840, 113_549, 1, 1, 5]),
            [0x05, 0x00]
        )
        guard case .rsa(let key) = FixtureKey.rsa2048 else { return [] }
        let digest = Insecure.SHA1.hash(data: request.info)
        let signature = try key.signature(for: digest, padding: .insecurePKCS1v1_5)
        return request.derEncoded(signature: Array(signature.rawRepresentation))
    }
}
