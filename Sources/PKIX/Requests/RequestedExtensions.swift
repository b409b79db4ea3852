// The extensions that a request asks for (RFC 2985 §5.4.2). Only names are taken; the rest is the profile's.

import SwiftASN1
import X509

/// What a request's `extensionRequest` attribute asks for.
struct RequestedExtensions {
    /// The subject alternative names, each once, in the order of the request.
    let names: [AlternativeName]

    /// Extensions that a request may mark critical: we know them, and the profile decides on them.
    private static let known: [ASN1ObjectIdentifier] = [
        .X509ExtensionID.basicConstraints, .X509ExtensionID.keyUsage, .X509ExtensionID.extendedKeyUsage,
        .X509ExtensionID.subjectAlternativeName, .X509ExtensionID.subjectKeyIdentifier,
        .X509ExtensionID.authorityKeyIdentifier, .X509ExtensionID.nameConstraints,
    ]

    init(_ request: CertificateSigningRequest) throws(PKIXError) {
        let extensions = try Self.extensions(of: request)
        for requested in extensions where requested.critical && !Self.known.contains(requested.oid) {
            throw PKIXError(
                .unsupportedCriticalExtension,
                "the request demands extension \(requested.oid) as critical, which is not known here"
            )
        }
        self.names = try Self.names(in: extensions)
    }

    private static func extensions(of request: CertificateSigningRequest) throws(PKIXError) -> Certificate.Extensions {
        do {
            return try request.attributes.extensionRequest?.extensions ?? Certificate.Extensions()
        } catch {
            throw PKIXError(.malformedCSR, "the request's extensions cannot be read: \(error.reasonForMessage)")
        }
    }

    private static func names(in extensions: Certificate.Extensions) throws(PKIXError) -> [AlternativeName] {
        let generalNames: SubjectAlternativeNames
        do {
            generalNames = try extensions.subjectAlternativeNames ?? SubjectAlternativeNames()
        } catch {
            throw PKIXError(.invalidName, "the subject alternative names cannot be read: \(error.reasonForMessage)")
        }
        guard generalNames.count <= Budget.subjectAlternativeNames else {
            throw PKIXError(
                .tooManyNames,
                "\(generalNames.count) subject alternative names; at most \(Budget.subjectAlternativeNames) are admitted"
            )
        }
        var seen: Set<AlternativeName> = []
        var names: [AlternativeName] = []
        for generalName in generalNames {
            let name = try AlternativeName(generalName)
            guard seen.insert(name).inserted else {
                throw PKIXError(.invalidName, "the name \(name) stands twice in the request")
            }
            names.append(name)
        }
        return names
    }
}
