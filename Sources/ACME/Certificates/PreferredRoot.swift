// Which of several chains to take (RFC 8555 §7.4.2, "alternate").

import Crypto
import PKIX
import X509

/// The root that a chain should lead to.
public enum PreferredRoot: Hashable, Sendable, CustomStringConvertible {
    /// The common name of the root's subject.
    case commonName(String)
    /// SHA-256 of the root's DER.
    case sha256([UInt8])

    /// The name, or the hash in hexadecimal.
    public var description: String {
        switch self {
        case .commonName(let name): name.printable
        case .sha256(let hash): hash.hexadecimal
        }
    }
}

extension IssuedChain {
    /// Whether the chain ends at, or right below, a root.
    ///
    /// - Parameter knownRoots: roots that chains do not carry, by which a hash can be recognized.
    func leads(to root: PreferredRoot, knownRoots: [EncodedCertificate]) -> Bool {
        guard let top = self.certificates.last else { return false }
        switch root {
        case .commonName(let name):
            return Self.commonNames(top.fields.issuer).contains(name)
        case .sha256(let hash):
            let matches: (EncodedCertificate) -> Bool = { Array(SHA256.hash(data: $0.der)) == hash }
            return matches(top)
                || knownRoots.filter(matches).contains { known in
                    known.fields.subject == top.fields.issuer
                        && known.fields.publicKey.isValidSignature(top.fields.signature, for: top.fields)
                }
        }
    }

    private static func commonNames(_ name: DistinguishedName) -> [String] {
        name.lazy.flatMap { $0 }.filter { $0.type == .RDNAttributeType.commonName }.compactMap { String($0.value) }
    }
}
