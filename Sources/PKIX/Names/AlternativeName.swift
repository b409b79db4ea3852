// A subject alternative name of a kind that profiles can admit (RFC 5280 §4.2.1.6).

import SwiftASN1
public import X509

/// A checked subject alternative name.
public enum AlternativeName: Hashable, Sendable {
    /// A host name.
    case dns(HostName)
    /// `*.` and a host name (RFC 6125 §6.4.3): any one label in the star's place.
    case wildcard(HostName)
    /// A URI.
    case uri(URIName)
    /// An IPv4 or IPv6 address, 4 or 16 octets.
    case ip([UInt8])

    /// Checks one name of a request.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName` when it is malformed or of a kind that no profile admits.
    public init(_ name: GeneralName) throws(PKIXError) {
        switch name {
        case .dnsName(let text) where text.hasPrefix("*."): self = .wildcard(try HostName(String(text.dropFirst(2))))
        case .dnsName(let text): self = .dns(try HostName(text))
        case .uniformResourceIdentifier(let text): self = .uri(try URIName(text))
        case .ipAddress(let octets):
            guard octets.bytes.count == 4 || octets.bytes.count == 16 else {
                throw PKIXError(.invalidName, "an IP address of \(octets.bytes.count) octets; 4 or 16 are admitted")
            }
            self = .ip(Array(octets.bytes))
        default:
            throw PKIXError(.invalidName, "subject alternative names of this kind are not admitted: \(name.kind)")
        }
    }

    /// The name as swift-certificates holds it.
    public var generalName: GeneralName {
        switch self {
        case .dns(let host): .dnsName(host.description)
        case .wildcard(let host): .dnsName("*.\(host)")
        case .uri(let uri): .uniformResourceIdentifier(uri.description)
        case .ip(let bytes): .ipAddress(ASN1OctetString(contentBytes: bytes[...]))
        }
    }
}

extension AlternativeName {
    /// Whether a certificate for this name would also be one for another: the same, or one that the wildcard stands for.
    public func covers(_ other: AlternativeName) -> Bool {
        guard self != other else { return true }
        guard case .wildcard(let zone) = self, case .dns(let host) = other else { return false }
        return host.description.split(separator: ".", maxSplits: 1).last.map(String.init) == zone.description
            && host.description != zone.description
    }
}

extension AlternativeName: CustomStringConvertible {
    /// The name with its kind, as OpenSSL writes it: `DNS:a.example`, `URI:ans://…`, `IP:192.0.2.1`.
    public var description: String {
        switch self {
        case .dns(let host): "DNS:\(host)"
        case .wildcard(let host): "DNS:*.\(host)"
        case .uri(let uri): "URI:\(uri)"
        case .ip(let bytes): "IP:\(IPAddress.text(of: bytes))"
        }
    }
}

extension GeneralName {
    /// The kind of name, for messages.
    fileprivate var kind: String {
        switch self {
        case .otherName: "otherName"
        case .rfc822Name: "rfc822Name"
        case .dnsName: "dNSName"
        case .x400Address: "x400Address"
        case .directoryName: "directoryName"
        case .ediPartyName: "ediPartyName"
        case .uniformResourceIdentifier: "uniformResourceIdentifier"
        case .ipAddress: "iPAddress"
        case .registeredID: "registeredID"
        }
    }
}

/// Text forms of IP addresses.
public enum IPAddress {
    /// Dotted decimal for 4 octets, eight groups without leading zeros for 16.
    public static func text(of bytes: some Collection<UInt8>) -> String {
        guard bytes.count == 16 else { return bytes.map(String.init).joined(separator: ".") }
        let octets = Array(bytes)
        return stride(from: 0, to: 16, by: 2)
            .map { String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16) }
            .joined(separator: ":")
    }
}
