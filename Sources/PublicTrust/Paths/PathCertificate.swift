// A certificate read for validation: its fields, its extensions decoded once, and what was signed by whom as octets.

import PKIX
import SwiftASN1
import X509

/// A certificate of a path.
struct PathCertificate: Hashable, Sendable {
    let encoded: EncodedCertificate
    /// What the issuer signed.
    let signedBytes: [UInt8]
    /// The encoded `AlgorithmIdentifier` of the issuer's signature.
    let signatureAlgorithm: [UInt8]
    let signature: [UInt8]
    let subject: NormalizedName
    let issuer: NormalizedName
    let extensions: DecodedExtensions

    /// Reads a certificate.
    ///
    /// - Throws: ``TrustError`` with `.malformedCertificate` or `.tooMuch`.
    init(der: [UInt8]) throws(TrustError) {
        guard der.count <= Budget.certificateBytes else {
            throw TrustError(.tooMuch, "a certificate of more than \(Budget.certificateBytes) octets")
        }
        do {
            try self.init(EncodedCertificate(der: der))
        } catch let error as TrustError {
            throw error
        } catch {
            throw TrustError(.malformedCertificate, "what was presented is no certificate that can be read: \(error)")
        }
    }

    init(_ encoded: EncodedCertificate) throws {
        self.encoded = encoded
        (self.signedBytes, self.signatureAlgorithm, self.signature) = try Self.parts(of: encoded.der)
        self.subject = NormalizedName(encoded.fields.subject)
        self.issuer = NormalizedName(encoded.fields.issuer)
        self.extensions = DecodedExtensions(Array(encoded.fields.extensions))
    }

    /// RFC 5280 §4.1: `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`.
    private static func parts(of der: [UInt8]) throws -> ([UInt8], [UInt8], [UInt8]) {
        try DER.sequence(try DER.parse(der), identifier: .sequence) { nodes in
            guard let signed = nodes.next(), let algorithm = nodes.next() else {
                throw ASN1Error.invalidASN1Object(reason: "a certificate with too few members")
            }
            let signature = try ASN1BitString(derEncoded: &nodes)
            return (Array(signed.encodedBytes), Array(algorithm.encodedBytes), Array(signature.bytes))
        }
    }

    var fields: Certificate { self.encoded.fields }

    /// RFC 5280 §3.2: self-issued certificates have the same name as issuer and subject.
    var isSelfIssued: Bool { self.subject == self.issuer }

    /// Whether it says that it is a CA's.
    var isCertificationAuthority: Bool {
        if case .isCertificateAuthority? = self.extensions.basicConstraints { true } else { false }
    }

    /// The name for messages: of the subject, else the first of the alternative names.
    var label: String {
        let subject = self.fields.subject.description
        let name = subject.isEmpty ? self.extensions.subjectAlternativeNames?.first.map { "\($0)" } ?? "" : subject
        return "'" + name.printable(80) + "'"
    }

    /// Whether a key of the other certificate signed this one.
    func isSigned(by other: PathCertificate) -> Bool {
        SignatureAlgorithm(encoded: self.signatureAlgorithm)?.verifies(
            self.signature,
            of: self.signedBytes,
            under: other.fields.publicKey
        ) ?? false
    }

    static func == (lhs: Self, rhs: Self) -> Bool { lhs.encoded.der == rhs.encoded.der }

    func hash(into hasher: inout Hasher) { hasher.combine(self.encoded.der) }
}

extension String {
    /// The text cut, with everything but printable ASCII replaced: it came from strangers.
    func printable(_ limit: Int) -> String {
        let scalars = self.unicodeScalars.prefix(limit).map { scalar in
            (0x20..<0x7F).contains(scalar.value) ? Character(scalar) : "?"
        }
        return String(scalars) + (self.unicodeScalars.count > limit ? "…" : "")
    }
}
