// From a document to a key. RFC 7517 §4: "Additional members can be present in the JWK; if not understood by
// implementations encountering them, they MUST be ignored."

import Crypto
import CryptoExtras
public import JSON
import X509

extension JSONWebKey {
    /// The key of a document.
    ///
    /// - Throws: ``JOSEError`` with `.malformedKey`, `.unsupportedKey`, `.algorithmMismatch`, or `.privateKeySent` when
    ///   the document holds more than the public key.
    public init(_ value: JSONValue) throws(JOSEError) {
        guard case .object = value else { throw JOSEError(.malformedKey, "a key is an object, not \(value.kind)") }
        // A private key that has travelled is no longer private; whoever sent it must hear of it.
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] where value[name] != nil {
            throw JOSEError(
                .privateKeySent,
                "the key has the private member '\(name)': make a new key, send its public part"
            )
        }
        try Self.checkUse(value)
        let key = try Self.publicKey(value)
        let keyID = try Self.optionalText("kid", of: value)
        guard (keyID?.utf8.count ?? 0) <= Budget.keyIDBytes else {
            throw JOSEError(.malformedKey, "'kid' has at most \(Budget.keyIDBytes) octets")
        }
        try self.init(key, keyID: keyID, algorithm: try Self.algorithm(value))
    }

    /// `use` and `key_ops`, where they stand, must admit the verification of signatures (RFC 7517 §4.2, §4.3).
    private static func checkUse(_ value: JSONValue) throws(JOSEError) {
        if let use = try Self.optionalText("use", of: value), use != "sig" {
            throw JOSEError(.unsupportedKey, "the key's 'use' is '\(use.quotedForDetail)', not 'sig'")
        }
        guard let operations = value["key_ops"] else { return }
        guard case .array(let names) = operations, names.contains(.string("verify")) else {
            throw JOSEError(.unsupportedKey, "the key's 'key_ops' lacks 'verify'")
        }
    }

    private static func algorithm(_ value: JSONValue) throws(JOSEError) -> JWSAlgorithm? {
        guard let name = try Self.optionalText("alg", of: value) else { return nil }
        guard let algorithm = JWSAlgorithm(rawValue: name) else {
            throw JOSEError(.unsupportedAlgorithm, "the key is for '\(name.quotedForDetail)', which is not supported")
        }
        return algorithm
    }

    private static func publicKey(_ value: JSONValue) throws(JOSEError) -> Certificate.PublicKey {
        let type = try Self.text("kty", of: value)
        switch type {
        case "OKP": return try Self.edwardsKey(value)
        case "EC": return try Self.ellipticCurveKey(value)
        case "RSA": return try Self.rsaKey(value)
        default:
            throw JOSEError(.unsupportedKey, "'kty' is '\(type.quotedForDetail)'; it must be OKP, EC or RSA")
        }
    }

    private static func edwardsKey(_ value: JSONValue) throws(JOSEError) -> Certificate.PublicKey {
        let curve = try Self.text("crv", of: value)
        guard curve == "Ed25519" else {
            throw JOSEError(.unsupportedKey, "'crv' is '\(curve.quotedForDetail)'; an OKP key must be Ed25519")
        }
        let x = try Self.octets("x", of: value, count: 32)
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
            throw JOSEError(.malformedKey, "'x' is no Ed25519 public key")
        }
        return Certificate.PublicKey(key)
    }

    private static func ellipticCurveKey(_ value: JSONValue) throws(JOSEError) -> Certificate.PublicKey {
        let curve = try Self.text("crv", of: value)
        guard let length = ["P-256": 32, "P-384": 48][curve] else {
            throw JOSEError(.unsupportedKey, "'crv' is '\(curve.quotedForDetail)'; an EC key must be P-256 or P-384")
        }
        let x = try Self.octets("x", of: value, count: length)
        let point = try x + Self.octets("y", of: value, count: length)
        if length == 32, let key = try? P256.Signing.PublicKey(rawRepresentation: point) {
            return Certificate.PublicKey(key)
        }
        guard let key = try? P384.Signing.PublicKey(rawRepresentation: point) else {
            throw JOSEError(.malformedKey, "'x' and 'y' are no point of \(curve)")
        }
        return Certificate.PublicKey(key)
    }

    private static func rsaKey(_ value: JSONValue) throws(JOSEError) -> Certificate.PublicKey {
        let modulus = try Self.number("n", of: value, atMost: Budget.rsaModulusBits / 8)
        let exponent = try Self.number("e", of: value, atMost: Budget.rsaExponentBytes)
        guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else {
            throw JOSEError(.unsupportedKey, "'n' and 'e' are no RSA key of at least 2048 bits")
        }
        return Certificate.PublicKey(key)
    }
}

extension JSONWebKey {
    private static func optionalText(_ name: String, of value: JSONValue) throws(JOSEError) -> String? {
        guard let member = value[name] else { return nil }
        guard let text = member.text else {
            throw JOSEError(.malformedKey, "'\(name)' must be a string, not \(member.kind)")
        }
        return text
    }

    private static func text(_ name: String, of value: JSONValue) throws(JOSEError) -> String {
        guard let text = try Self.optionalText(name, of: value) else {
            throw JOSEError(.malformedKey, "the key lacks '\(name)'")
        }
        return text
    }

    private static func octets(_ name: String, of value: JSONValue, count: Int) throws(JOSEError) -> [UInt8] {
        let text = try Self.text(name, of: value)
        guard text.utf8.count <= count * 2, let octets = Base64URL.decode(text), octets.count == count else {
            throw JOSEError(.malformedKey, "'\(name)' must be \(count) octets in base64url without padding")
        }
        return octets
    }

    /// Base64urlUInt (RFC 7518 §2): "The octet sequence MUST utilize the minimum number of octets".
    private static func number(_ name: String, of value: JSONValue, atMost count: Int) throws(JOSEError) -> [UInt8] {
        let text = try Self.text(name, of: value)
        guard text.utf8.count <= count * 2, let octets = Base64URL.decode(text), octets.count <= count,
            octets.first ?? 0 != 0
        else {
            throw JOSEError(
                .malformedKey,
                "'\(name)' must be 1 to \(count) octets in base64url without padding, the first of them not zero"
            )
        }
        return octets
    }
}
