// What a certificate is relied on for, and the identity that it is expected to have (RFC 9525 §2, RFC 5280 §4.2.1.12).

public import PKIX
import X509

/// What a certificate is relied on for.
public enum CertificatePurpose: String, Hashable, Sendable, CaseIterable {
    /// A TLS server.
    case server
    /// A TLS client, or a signer of messages under its identity.
    case client

    var usage: ExtendedKeyUsage.Usage { self == .server ? .serverAuth : .clientAuth }
}

/// The identity that a certificate is expected to have.
public enum ReferenceIdentity: Hashable, Sendable, CustomStringConvertible {
    /// A host (RFC 9525 DNS-ID): also by a wildcard that is the whole first label.
    case host(HostName)
    /// An IPv4 or IPv6 address, 4 or 16 octets (RFC 9525 IP-ID).
    case address([UInt8])
    /// A URI, compared octet by octet, such as an ANS name.
    case uri(String)

    /// The identity as text.
    public var description: String {
        switch self {
        case .host(let host): host.description
        case .address(let octets): "address " + octets.hexadecimal
        case .uri(let uri): uri.printable(200)
        }
    }
}
