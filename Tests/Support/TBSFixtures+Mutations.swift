// Ways to change a fixture, named after what they change.

import Foundation
public import PKIX
public import SwiftASN1
public import X509

extension TBSFixture {
    /// Puts an extension in the place of the one with its identifier, or at the end.
    public mutating func set(_ replacement: Certificate.Extension) {
        guard let index = self.extensions.firstIndex(where: { $0.oid == replacement.oid }) else {
            self.extensions.append(replacement)
            return
        }
        self.extensions[index] = replacement
    }

    /// Sets an extension's value, raw.
    public mutating func set(_ identifier: ASN1ObjectIdentifier, critical: Bool = false, value: [UInt8]) {
        self.set(Certificate.Extension(oid: identifier, critical: critical, value: value[...]))
    }

    /// Takes an extension away.
    public mutating func remove(_ identifier: ASN1ObjectIdentifier) {
        self.extensions.removeAll { $0.oid == identifier }
    }

    /// Marks an extension as critical or not.
    public mutating func mark(_ identifier: ASN1ObjectIdentifier, critical: Bool) {
        for index in self.extensions.indices where self.extensions[index].oid == identifier {
            self.extensions[index].critical = critical
        }
    }

    /// Sets keyUsage.
    public mutating func setUsage(_ usage: KeyUsage) {
        self.set(try! Certificate.Extension(usage, critical: true))
    }

    /// Sets extendedKeyUsage.
    public mutating func setPurposes(_ purposes: [ExtendedKeyUsage.Usage]) {
        self.set(try! Certificate.Extension(ExtendedKeyUsage(purposes), critical: false))
    }

    /// Sets subjectAltName.
    public mutating func setNames(_ names: [GeneralName], critical: Bool = false) {
        self.set(try! Certificate.Extension(SubjectAlternativeNames(names), critical: critical))
    }

    /// Sets subjectAltName to host names, and the common name to the first.
    public mutating func setHosts(_ hosts: [String]) {
        self.setNames(hosts.map { .dnsName($0) })
        self.setSubject([([2, 5, 4, 3], 0x0C, Array(hosts[0].utf8))])
    }

    /// Sets basicConstraints.
    public mutating func setBasicConstraints(_ constraints: BasicConstraints) {
        self.set(try! Certificate.Extension(constraints, critical: true))
    }

    /// Sets authorityInfoAccess.
    public mutating func setAccess(_ descriptions: [AuthorityInformationAccess.AccessDescription]) {
        self.set(try! Certificate.Extension(AuthorityInformationAccess(descriptions), critical: false))
    }

    /// Sets the subject: type, tag of the string, octets of the string.
    public mutating func setSubject(_ attributes: [(ASN1ObjectIdentifier, UInt8, [UInt8])]) {
        self.subject = DERBytes.name(attributes)
    }

    /// Sets how many seconds the validity has, both ends included.
    public mutating func setValidity(seconds: Int64) {
        self.notAfter = Self.encoding(of: Self.start + (seconds - 1))
    }

    /// Moves the validity: where it begins, and how many seconds it has.
    public mutating func setValidity(from start: CertificateTime, seconds: Int64) {
        self.notBefore = Self.encoding(of: start)
        self.notAfter = Self.encoding(of: start + (seconds - 1))
    }

    /// Sets the subject's key, with its identifier.
    public mutating func setKey(_ key: SubjectPublicKey) {
        self.publicKey = key.subjectPublicKeyInfo
        let identifier = SubjectKeyIdentifier(keyIdentifier: key.keyIdentifier[...])
        self.set(try! Certificate.Extension(identifier, critical: false))
    }

    /// Sets the subject's key to an algorithm, its parameters' DER and the content of the BIT STRING.
    public mutating func setKey(_ algorithm: ASN1ObjectIdentifier, parameters: [UInt8], key: [UInt8]) {
        self.publicKey = DERBytes.sequence(
            DERBytes.sequence(DERBytes.identifier(algorithm), parameters),
            DERBytes.bitString(key)
        )
    }

    /// Makes a certificate for 7 days with noRevAvail in place of revocation pointers.
    public mutating func makeShortLived() {
        self.setValidity(seconds: 7 * Self.day)
        self.remove(ExtensionIdentifier.crlDistributionPoints)
        self.setAccess([
            .init(method: .issuingCA, location: .uniformResourceIdentifier("http://ca.example.com/ca/issuing.cer"))
        ])
        self.set(MarkerExtension.noRevocationAvailable.makeCertificateExtension())
    }

    /// The whole certificate, signed by a key.
    public func signed(by key: FixtureKey) throws -> [UInt8] {
        let bytes = self.derEncoded()
        return try SignedCertificate.derEncoded(
            tbsCertificate: bytes,
            scheme: self.context.scheme,
            signature: try key.signature(over: bytes, scheme: self.context.scheme)
        )
    }
}
