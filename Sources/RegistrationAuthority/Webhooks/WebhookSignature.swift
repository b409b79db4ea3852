// `Signet-Signature: t=…,v1=…`: HMAC-SHA256 (RFC 2104) over the time, a dot and the body's octets.
//
// The time is under the signature, so that a recorded delivery is of no use later. While a secret is changed the header
// carries a signature by each, and one that verifies is enough.

import Crypto
public import FoundationEssentials

/// The signature of a delivery.
public struct WebhookSignature: Hashable, Sendable {
    /// The header's name.
    public static let headerName = "Signet-Signature"

    /// When it was signed, in seconds since 1970.
    public let time: Int64
    /// The signatures, 32 octets each.
    public let signatures: [[UInt8]]

    /// Signs a body with every secret that is valid now, the newest first.
    public init(signing body: [UInt8], at instant: Date, with secrets: [WebhookSecret]) {
        let time = Int64(clamping: instant.timeIntervalSince1970.rounded(.down))
        self.time = time
        self.signatures = secrets.prefix(Budget.webhookSignatures).map { secret in
            Array(HMAC<SHA256>.authenticationCode(for: Self.signed(body, at: time), using: secret.key))
        }
    }

    /// The header's value.
    public var headerValue: String {
        (["t=\(self.time)"] + self.signatures.map { "v1=\(Self.hexadecimal($0))" }).joined(separator: ",")
    }

    /// Reads a header's value; items of other names are skipped, so that a `v2` can be added.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidWebhookSignature`.
    public init(headerValue: String) throws(RegistrationError) {
        guard headerValue.utf8.count <= Budget.webhookSignatureBytes else {
            throw Self.error("the header is longer than \(Budget.webhookSignatureBytes) octets")
        }
        var times: [Int64] = []
        var signatures: [[UInt8]] = []
        for item in headerValue.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw Self.error("the header is not a list of name=value") }
            switch parts[0] {
            case "t":
                guard let time = Int64(parts[1]), String(time) == parts[1] else {
                    throw Self.error("t is not a number of seconds")
                }
                times.append(time)
            case "v1":
                guard let octets = Self.octets(parts[1]) else {
                    throw Self.error("v1 is not 64 lower-case hexadecimal digits")
                }
                signatures.append(octets)
            default: continue
            }
        }
        guard times.count == 1, (1...Budget.webhookSignatures).contains(signatures.count) else {
            throw Self.error("one t and 1 to \(Budget.webhookSignatures) v1 are needed")
        }
        self.time = times[0]
        self.signatures = signatures
    }

    /// Checks that one of the secrets signed this body, and that it did so lately.
    ///
    /// Every signature is compared under every secret, each in constant time (swift-crypto,
    /// `HMAC.isValidAuthenticationCode`), so that the time tells nothing of where they differ.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidWebhookSignature`.
    public func verify(
        body: [UInt8],
        at instant: Date,
        with secrets: [WebhookSecret],
        tolerance: Int64 = Budget.webhookTolerance
    ) throws(RegistrationError) {
        let signed = Self.signed(body, at: self.time)
        var isAuthentic = false
        for secret in secrets {
            for signature in self.signatures
            where HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: signed, using: secret.key) {
                isAuthentic = true
            }
        }
        guard isAuthentic else { throw Self.error("no signature is by a known secret over this time and body") }
        let age = instant.timeIntervalSince1970 - Double(self.time)
        guard abs(age) <= Double(tolerance) else {
            throw Self.error(
                "it was signed \(Int64(clamping: age)) seconds ago; at most \(tolerance) either way are admitted"
            )
        }
    }
}

extension WebhookSignature {
    private static func signed(_ body: [UInt8], at time: Int64) -> [UInt8] {
        Array("\(time).".utf8) + body
    }

    private static func hexadecimal(_ octets: [UInt8]) -> String {
        octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = self.digit(digits[index]), let low = self.digit(digits[index + 1]) else { return nil }
            octets.append(high << 4 | low)
        }
        return octets
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func error(_ rule: String) -> RegistrationError {
        RegistrationError(.invalidWebhookSignature, "\(self.headerName) does not verify: \(rule)")
    }
}

extension Int64 {
    /// The whole part of a number of seconds; the nearest bound for what does not fit.
    fileprivate init(clamping seconds: Double) {
        self = Int64(exactly: seconds.rounded(.towardZero)) ?? (seconds < 0 ? .min : .max)
    }
}
