// A certificate request (PKCS#10, RFC 2986) that passed every check which needs no profile.
//
// Whoever holds a `ParsedCSR` holds the proof that its signature verifies under its own key, that the key is strong,
// and that its names are well-formed and each stands once. What a profile admits of it is decided later.

import SwiftASN1
public import X509

/// A checked certificate request.
public struct ParsedCSR: Hashable, Sendable {
    /// The key that a certificate is asked for.
    public let publicKey: SubjectPublicKey
    /// The subject as requested.
    ///
    /// Profiles take nothing from it; it is kept for messages and policies.
    public let subject: DistinguishedName
    /// The subject alternative names in the order of the request.
    public let names: [AlternativeName]
    /// The request's DER.
    public let derEncoded: [UInt8]

    /// Parses a request in DER or PEM (`CERTIFICATE REQUEST` or `NEW CERTIFICATE REQUEST`).
    ///
    /// - Throws: ``PKIXError``: `.csrTooLarge`, `.malformedCSR`, `.unsupportedKey`, `.weakKey`, `.invalidCSRSignature`,
    ///   `.invalidName`, `.tooManyNames`, `.unsupportedCriticalExtension`.
    public init(_ bytes: [UInt8]) throws(PKIXError) {
        guard bytes.count <= Budget.csrBytes else {
            throw PKIXError(.csrTooLarge, "a request of \(bytes.count) octets; at most \(Budget.csrBytes) are admitted")
        }
        let der = try Self.derBytes(of: bytes)
        // The key is judged before swift-certificates sees it, so that a bad key is called a bad key.
        self.publicKey = try Self.publicKey(of: der)
        let request = try Self.parse(der)
        try Self.checkSignature(of: request)
        try RequestedSubject.check(request.subject)
        self.subject = request.subject
        self.names = try RequestedExtensions(request).names
        self.derEncoded = der
    }

    private static func derBytes(of bytes: [UInt8]) throws(PKIXError) -> [UInt8] {
        guard bytes.first != 0x30 else { return bytes }
        do {
            let document = try PEMDocument(pemString: String(decoding: bytes, as: UTF8.self))
            guard ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"].contains(document.discriminator) else {
                throw PKIXError(
                    .malformedCSR,
                    "the PEM holds \(document.discriminator.quotedForMessage), not a CERTIFICATE REQUEST"
                )
            }
            return document.derBytes
        } catch let error as PKIXError {
            throw error
        } catch {
            throw PKIXError(.malformedCSR, "the request is neither DER nor PEM of a CERTIFICATE REQUEST")
        }
    }

    private static func publicKey(of der: [UInt8]) throws(PKIXError) -> SubjectPublicKey {
        do throws(PKIXError) {
            return try SubjectPublicKey(derEncoded: try RequestParts(derEncoded: der).publicKeyInfo)
        } catch {
            throw error.code == .malformed ? PKIXError(.malformedCSR, error.reason) : error
        }
    }

    private static func parse(_ der: [UInt8]) throws(PKIXError) -> CertificateSigningRequest {
        do {
            return try CertificateSigningRequest(derEncoded: der)
        } catch {
            throw PKIXError(.malformedCSR, "not a certificate request (RFC 2986): \(error.reasonForMessage)")
        }
    }

    private static func checkSignature(of request: CertificateSigningRequest) throws(PKIXError) {
        // SHA-1 signatures prove nothing any more; CA/B Forum BR §7.1.3.2.1 retires them in certificates.
        guard request.signatureAlgorithm != .sha1WithRSAEncryption else {
            throw PKIXError(.invalidCSRSignature, "the request is signed with SHA-1; sign it with SHA-256")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw PKIXError(
                .invalidCSRSignature,
                "the request's signature (\(request.signatureAlgorithm)) does not verify under its own public key"
            )
        }
    }
}

extension Error {
    /// The error's text in printable ASCII and bounded, for messages that go to strangers.
    var reasonForMessage: String {
        String("\(self)".unicodeScalars.prefix(200).map { (0x20..<0x7F).contains($0.value) ? Character($0) : " " })
    }
}
