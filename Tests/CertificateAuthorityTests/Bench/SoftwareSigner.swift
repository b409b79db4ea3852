// Issuers' keys in memory, of every kind that an issuer may have, and a signer that fails on demand.

import CertificateAuthority
import Crypto
import CryptoExtras
import Foundation
import PKIX
import Synchronization
import X509

/// A private key in memory.
enum PrivateKey: Sendable {
    case p256(P256.Signing.PrivateKey)
    case p384(P384.Signing.PrivateKey)
    case ed25519(Curve25519.Signing.PrivateKey)
    case rsa(_RSA.Signing.PrivateKey)

    /// A key of a type. RSA keys are slow to make and come from a small stock.
    static func make(_ type: KeyType) -> PrivateKey {
        switch type {
        case .p256: .p256(P256.Signing.PrivateKey())
        case .p384: .p384(P384.Signing.PrivateKey())
        case .ed25519: .ed25519(Curve25519.Signing.PrivateKey())
        case .rsa(bits: 2_048): .rsa(self.rsa2048)
        case .rsa(bits: 3_072): .rsa(self.rsa3072)
        case .rsa: .rsa(self.rsa4096)
        }
    }

    private static let rsa2048 = try! _RSA.Signing.PrivateKey(keySize: .bits2048)
    private static let rsa3072 = try! _RSA.Signing.PrivateKey(keySize: .bits3072)
    private static let rsa4096 = try! _RSA.Signing.PrivateKey(keySize: .bits4096)

    var publicKey: SubjectPublicKey {
        let key =
            switch self {
            case .p256(let key): Certificate.PublicKey(key.publicKey)
            case .p384(let key): Certificate.PublicKey(key.publicKey)
            case .ed25519(let key): Certificate.PublicKey(key.publicKey)
            case .rsa(let key): Certificate.PublicKey(key.publicKey)
            }
        return try! SubjectPublicKey(key)
    }

    func signature(for message: [UInt8], scheme: SignatureScheme) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: message).derRepresentation)
        case .p384(let key): Array(try key.signature(for: message).derRepresentation)
        case .ed25519(let key): Array(try key.signature(for: message))
        case .rsa(let key):
            Array(
                try key.signature(
                    for: SHA256.hash(data: message),
                    padding: scheme == .rsaPSSSHA256 ? .PSS : .insecurePKCS1v1_5
                ).rawRepresentation
            )
        }
    }
}

extension PrivateKey {
    func signature(overDigest digest: [UInt8], scheme: SignatureScheme) throws -> [UInt8] {
        switch self {
        case .p256(let key): Array(try key.signature(for: GivenDigest<SHA256Digest>(digest)).derRepresentation)
        case .p384(let key): Array(try key.signature(for: GivenDigest<SHA384Digest>(digest)).derRepresentation)
        case .ed25519: throw UnsupportedDigest()
        case .rsa(let key):
            Array(
                try key.signature(
                    for: Self.sha256Digest(digest),
                    padding: scheme == .rsaPSSSHA256 ? .PSS : .insecurePKCS1v1_5
                ).rawRepresentation
            )
        }
    }
}

extension PrivateKey {
    /// A digest of the library's own type, which RSA asks for: it is its 32 octets and nothing else.
    private static func sha256Digest(_ digest: [UInt8]) throws -> SHA256Digest {
        guard digest.count == MemoryLayout<SHA256Digest>.size else { throw UnsupportedDigest() }
        let value = digest.withUnsafeBytes { bytes in
            withUnsafeTemporaryAllocation(of: SHA256Digest.self, capacity: 1) { place in
                UnsafeMutableRawBufferPointer(place).copyMemory(from: bytes)
                return place[0]
            }
        }
        guard Array(value) == digest else { throw UnsupportedDigest() }
        return value
    }
}

struct UnsupportedDigest: Error {}

/// A digest that was computed elsewhere.
struct GivenDigest<Kind: Digest>: Digest {
    static var byteCount: Int { Kind.byteCount }
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try self.bytes.withUnsafeBytes(body)
    }

    static func == (lhs: Self, rhs: Self) -> Bool { lhs.bytes == rhs.bytes }
    func hash(into hasher: inout Hasher) { hasher.combine(self.bytes) }
    func makeIterator() -> Array<UInt8>.Iterator { self.bytes.makeIterator() }
    var description: String { "\(self.bytes)" }
}

extension SubjectPublicKey {
    /// A fresh key of a type, of which only the public half is wanted.
    static func fresh(_ type: KeyType) -> SubjectPublicKey { PrivateKey.make(type).publicKey }
}

/// A signer with a key in memory that does what a test says.
final class SoftwareSigner: CertificateSigner {
    enum Behaviour: Sendable {
        case sign
        case fail(any Error)
        case answer([UInt8])
        case signWithAnotherKey
    }

    private struct State {
        var behaviour = Behaviour.sign
        var signed: [[UInt8]] = []
        var beforeSigning: (@Sendable ([UInt8]) async -> Void)?
    }

    let key: PrivateKey
    let subjectPublicKey: SubjectPublicKey
    private let state = Mutex(State())

    init(_ type: KeyType) {
        self.key = .make(type)
        self.subjectPublicKey = self.key.publicKey
    }

    /// What it has been asked to sign.
    var signed: [[UInt8]] { self.state.withLock { $0.signed } }

    func behave(_ behaviour: Behaviour) { self.state.withLock { $0.behaviour = behaviour } }

    /// Runs before every signature, with the bytes to sign.
    func beforeSigning(_ body: (@Sendable ([UInt8]) async -> Void)?) { self.state.withLock { $0.beforeSigning = body } }

    func signature(for message: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await self.sign(message) { try $0.signature(for: message, scheme: scheme) }
    }

    func signature(overDigest digest: [UInt8], scheme: SignatureScheme) async throws -> [UInt8] {
        try await self.sign(digest) { try $0.signature(overDigest: digest, scheme: scheme) }
    }

    private func sign(_ message: [UInt8], with body: (PrivateKey) throws -> [UInt8]) async throws -> [UInt8] {
        let (behaviour, hook) = self.state.withLock { state in
            state.signed.append(message)
            return (state.behaviour, state.beforeSigning)
        }
        await hook?(message)
        switch behaviour {
        case .sign: return try body(self.key)
        case .fail(let error): throw error
        case .answer(let bytes): return bytes
        case .signWithAnotherKey:
            return try body(PrivateKey.make(self.subjectPublicKey.type))
        }
    }
}
