// The extensions that most lints look at, decoded once. An extension that is there but cannot be read is remembered as
// such: `undecodable` names it, its value here is `nil`.

public import SwiftASN1
public import X509

/// Decoded extensions.
public struct DecodedExtensions: Sendable {
    /// basicConstraints.
    public private(set) var basicConstraints: BasicConstraints?
    /// keyUsage.
    public private(set) var keyUsage: KeyUsage?
    /// extendedKeyUsage.
    public private(set) var extendedKeyUsage: ExtendedKeyUsage?
    /// subjectAltName.
    public private(set) var subjectAlternativeNames: SubjectAlternativeNames?
    /// authorityKeyIdentifier.
    public private(set) var authorityKeyIdentifier: AuthorityKeyIdentifier?
    /// subjectKeyIdentifier.
    public private(set) var subjectKeyIdentifier: SubjectKeyIdentifier?
    /// authorityInfoAccess.
    public private(set) var authorityInformationAccess: AuthorityInformationAccess?
    /// cRLDistributionPoints.
    public private(set) var crlDistributionPoints: CRLDistributionPoints?
    /// certificatePolicies.
    public private(set) var certificatePolicies: CertificatePolicies?
    /// nameConstraints.
    public private(set) var nameConstraints: NameConstraints?
    /// The link to the server's key.
    public private(set) var serverKeyLink: ServerKeyLink?
    /// Identifiers of extensions above that are there and cannot be decoded.
    public private(set) var undecodable: [ASN1ObjectIdentifier] = []

    /// Decodes extensions; of those unknown here nothing is kept.
    public init(_ extensions: [Certificate.Extension]) {
        for candidate in extensions {
            do {
                try self.decode(candidate)
            } catch {
                self.undecodable.append(candidate.oid)
            }
        }
    }

    private mutating func decode(_ candidate: Certificate.Extension) throws {
        switch candidate.oid {
        case .X509ExtensionID.basicConstraints: self.basicConstraints = try BasicConstraints(candidate)
        case .X509ExtensionID.keyUsage: self.keyUsage = try KeyUsage(candidate)
        case .X509ExtensionID.extendedKeyUsage: self.extendedKeyUsage = try ExtendedKeyUsage(candidate)
        case .X509ExtensionID.subjectAlternativeName:
            self.subjectAlternativeNames = try SubjectAlternativeNames(candidate)
        case .X509ExtensionID.authorityKeyIdentifier:
            self.authorityKeyIdentifier = try AuthorityKeyIdentifier(candidate)
        case .X509ExtensionID.subjectKeyIdentifier: self.subjectKeyIdentifier = try SubjectKeyIdentifier(candidate)
        case .X509ExtensionID.authorityInformationAccess:
            self.authorityInformationAccess = try AuthorityInformationAccess(candidate)
        case ExtensionIdentifier.crlDistributionPoints:
            self.crlDistributionPoints = try CRLDistributionPoints(candidate)
        case ExtensionIdentifier.certificatePolicies: self.certificatePolicies = try CertificatePolicies(candidate)
        case .X509ExtensionID.nameConstraints: self.nameConstraints = try NameConstraints(candidate)
        case ExtensionIdentifier.serverKeyLink: self.serverKeyLink = try ServerKeyLink(candidate)
        default: break
        }
    }
}
