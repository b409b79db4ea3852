// Whoever holds the key of a DID, and signs proofs of control with it.

public import Crypto
import Foundation
public import JOSE
public import JSON
public import X509

/// A key with the ways to write it down and to sign by it.
public struct IdentityHolder: Sendable {
    /// The public key.
    public let publicKey: Certificate.PublicKey
    /// The key in multibase.
    public let multibase: String
    private let algorithm: JWSAlgorithm
    private let sign: @Sendable ([UInt8]) throws -> [UInt8]

    /// A new key of Ed25519.
    public static func ed25519(_ key: Curve25519.Signing.PrivateKey = .init()) -> IdentityHolder {
        IdentityHolder(
            publicKey: Certificate.PublicKey(key.publicKey),
            multibase: "z" + Self.base58([0xED, 0x01] + key.publicKey.rawRepresentation),
            algorithm: .edDSA
        ) { Array(try key.signature(for: Data($0))) }
    }

    /// A new key of P-256.
    public static func p256(_ key: P256.Signing.PrivateKey = .init()) -> IdentityHolder {
        IdentityHolder(
            publicKey: Certificate.PublicKey(key.publicKey),
            multibase: "z" + Self.base58([0x80, 0x24] + key.publicKey.compressedRepresentation),
            algorithm: .es256
        ) { Array(try key.signature(for: Data($0)).rawRepresentation) }
    }

    private init(
        publicKey: Certificate.PublicKey,
        multibase: String,
        algorithm: JWSAlgorithm,
        sign: @escaping @Sendable ([UInt8]) throws -> [UInt8]
    ) {
        self.publicKey = publicKey
        self.multibase = multibase
        self.algorithm = algorithm
        self.sign = sign
    }

    /// The key as a DID.
    public var did: String { "did:key:\(self.multibase)" }

    /// The id of the key in that DID.
    public var keyID: String { "\(self.did)#\(self.multibase)" }

    /// A compact JWS over a payload that is in base64url already.
    ///
    /// - Parameter header: members of the header that replace or add; nil removes.
    public func proof(
        over payload: String,
        kid: String? = nil,
        header changes: [String: String?] = [:]
    ) throws -> String {
        var members: [String: String] = ["alg": self.algorithm.rawValue, "kid": kid ?? self.keyID]
        for (name, value) in changes { members[name] = value }
        let header = JSONValue.object(
            members.sorted { $0.key < $1.key }.map { JSONMember(name: $0.key, value: .string($0.value)) }
        )
        let input = "\(Self.base64URL(header.serialized)).\(payload)"
        return "\(input).\(Self.base64URL(try self.sign(Array(input.utf8))))"
    }

    /// base64url without padding.
    public static func base64URL(_ octets: [UInt8]) -> String {
        Data(octets).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// base58btc.
    public static func base58(_ octets: some Collection<UInt8>) -> String {
        let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")
        var digits: [Int] = []
        for octet in octets {
            var carry = Int(octet)
            for index in digits.indices {
                carry += digits[index] << 8
                digits[index] = carry % 58
                carry /= 58
            }
            while carry > 0 {
                digits.append(carry % 58)
                carry /= 58
            }
        }
        let zeros = octets.prefix { $0 == 0 }.count
        return String(repeating: "1", count: zeros) + String(digits.reversed().map { alphabet[$0] })
    }
}
