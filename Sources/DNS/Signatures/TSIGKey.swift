// A key that we share with a server (RFC 8945). Its secret is never shown.

internal import Crypto

/// A shared key.
public struct TSIGKey: Sendable {
    /// The name under which the server has it.
    public let name: DomainName
    /// The algorithm.
    public let algorithm: TSIGAlgorithm
    let secret: SymmetricKey

    /// Creates a key from its secret.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord` when the secret has less than 128 bits.
    public init(name: DomainName, algorithm: TSIGAlgorithm, secret: [UInt8]) throws(DNSError) {
        guard secret.count >= 16 else {
            throw DNSError(.invalidRecord, "the secret of TSIG key \(name) has less than 16 octets; make another")
        }
        self.name = name
        self.algorithm = algorithm
        self.secret = SymmetricKey(data: secret)
    }

    /// Creates a key from its secret in Base64, as `tsig-keygen` writes it; space around it does not count.
    ///
    /// - Throws: ``DNSError`` with `.invalidRecord`.
    public init(name: DomainName, algorithm: TSIGAlgorithm, base64Secret: String) throws(DNSError) {
        guard let secret = [UInt8](base64: base64Secret.filter { !$0.isWhitespace }) else {
            throw DNSError(.invalidRecord, "the secret of TSIG key \(name) is not Base64")
        }
        try self.init(name: name, algorithm: algorithm, secret: secret)
    }
}

extension TSIGKey: CustomStringConvertible, CustomReflectable {
    /// Name and algorithm.
    public var description: String { "TSIG key \(self.name) (\(self.algorithm.rawValue))" }

    /// Name and algorithm, also where a value is taken apart.
    public var customMirror: Mirror {
        Mirror(self, children: ["name": self.name.description, "algorithm": self.algorithm.rawValue])
    }
}
