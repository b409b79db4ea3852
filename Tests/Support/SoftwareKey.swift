// The private keys of `SoftwareCryptoki`.

import Crypto
import Foundation
import Signing

/// A private key in memory.
enum SoftwareKey: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)

    init(mechanism: Mechanism, parameters: [UInt8]) throws(SigningError) {
        switch (mechanism, parameters.count) {
        case (.ecKeyPairGeneration, 10): self = .p256(P256.Signing.PrivateKey())
        case (.ecKeyPairGeneration, 7): self = .p384(P384.Signing.PrivateKey())
        case (.edwardsKeyPairGeneration, 14): self = .ed25519(Curve25519.Signing.PrivateKey())
        default: throw SigningError(.cryptoki, "no such mechanism", returnValue: .mechanismInvalid)
        }
    }

    var keyType: UInt {
        switch self {
        case .p256, .p384: 0x03
        case .ed25519: 0x40
        }
    }

    var point: [UInt8] {
        switch self {
        case .p256(let key): Array(key.publicKey.x963Representation)
        case .p384(let key): Array(key.publicKey.x963Representation)
        case .ed25519(let key): Array(key.publicKey.rawRepresentation)
        }
    }

    func sign(_ data: [UInt8], mechanism: Mechanism) throws(SigningError) -> [UInt8] {
        do {
            switch (self, mechanism) {
            case (.p256(let key), .ecdsa):
                return Array(try key.signature(for: GivenDigest<SHA256>(bytes: data)).rawRepresentation)
            case (.p384(let key), .ecdsa):
                return Array(try key.signature(for: GivenDigest<SHA384>(bytes: data)).rawRepresentation)
            case (.ed25519(let key), .eddsa):
                return Array(try key.signature(for: data))
            default: break
            }
        } catch {
            throw SigningError(.cryptoki, "\(error)", returnValue: .functionFailed)
        }
        throw SigningError(.cryptoki, "no such mechanism", returnValue: .mechanismInvalid)
    }
}

/// A digest that was computed elsewhere, in the form that swift-crypto signs.
private struct GivenDigest<Function: HashFunction>: Digest {
    static var byteCount: Int { Function.Digest.byteCount }
    let bytes: [UInt8]

    var description: String { "digest of \(self.bytes.count) octets" }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try self.bytes.withUnsafeBytes(body)
    }

    func makeIterator() -> Array<UInt8>.Iterator { self.bytes.makeIterator() }
}
