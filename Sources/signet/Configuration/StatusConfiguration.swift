// The configuration of what relying parties get: the sections `ocsp` and `crl`.

import AgentClient
import CertificateAuthority
import Configuration
import PKIX

/// The section `ocsp`.
struct OCSPConfiguration: Sendable {
    /// Where the keys of responders live.
    enum KeyPlace: String, CaseIterable {
        case token
        case memory
    }

    static let keys = ["validity", "nonce", "neverIssued", "archive", "responderKey", "cacheMegabytes"]

    /// What is answered.
    let policy: OCSPPolicy
    /// Whether nonces are echoed.
    let echoesNonce: Bool
    /// Where responders' keys live.
    let keyPlace: KeyPlace
    /// Octets of ready answers that are kept.
    let cacheBytes: Int

    init(_ reader: ConfigReader) throws(ConfigurationError) {
        let usual = OCSPPolicy()
        self.policy = OCSPPolicy(
            validity: try reader.seconds("ocsp.validity", default: usual.validity, in: 60...864_000),
            neverIssued: try reader.choice("ocsp.neverIssued", default: usual.neverIssued),
            archive: try reader.seconds("ocsp.archive", default: usual.archive, in: 0...315_360_000)
        )
        self.echoesNonce = reader.bool(forKey: "ocsp.nonce", default: true)
        self.keyPlace = try reader.choice("ocsp.responderKey", default: .token)
        self.cacheBytes =
            try reader.integer("ocsp.cacheMegabytes", default: 256, in: 1...65_536) * 1_048_576
    }
}

extension CRLPolicy {
    static let keys = ["interval", "validity", "batching", "deltas"]

    /// Reads the section `crl`.
    init(_ reader: ConfigReader) throws(ConfigurationError) {
        let usual = CRLPolicy()
        self.init(
            interval: try reader.seconds("crl.interval", default: usual.interval, in: 10...604_800),
            validity: try reader.seconds("crl.validity", default: usual.validity, in: 60...864_000),
            batching: .milliseconds(try reader.integer("crl.batching", default: 500, in: 50...60_000)),
            hasDeltas: reader.bool(forKey: "crl.deltas", default: false)
        )
        guard self.validity > self.interval else {
            throw ConfigurationError(
                "crl.validity: must be longer than crl.interval, so that a CRL is always valid when the next one is due"
            )
        }
    }
}

extension ConfigReader {
    /// A key in dotted form.
    static func key(_ text: String) -> ConfigKey { ConfigKey(text.split(separator: ".").map(String.init)) }

    /// A whole number, written as one or as text.
    func integer(_ key: String, default value: Int, in bounds: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        let text = self.string(forKey: Self.key(key))
        let number = text.map { Int($0) } ?? self.int(forKey: Self.key(key), default: value)
        guard let number, bounds.contains(number) else {
            throw ConfigurationError(
                "\(key): a whole number from \(bounds.lowerBound) to \(bounds.upperBound) is needed"
            )
        }
        return number
    }

    /// One of a few words.
    func choice<Choice>(_ key: String, default value: Choice) throws(ConfigurationError) -> Choice
    where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
        guard let text = self.string(forKey: Self.key(key)) else { return value }
        guard let choice = Choice(rawValue: text) else {
            throw ConfigurationError(
                "\(key): '\(text)' is not one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))"
            )
        }
        return choice
    }

    /// A span of time such as `1h`, in seconds.
    func seconds(_ key: String, default value: Int64, in bounds: ClosedRange<Int64>) throws(ConfigurationError) -> Int64
    {
        guard let text = self.string(forKey: Self.key(key)) else { return value }
        guard let span = TimeSpan(text), bounds.contains(span.seconds) else {
            throw ConfigurationError(
                "\(key): '\(text)' is not a span such as 90s, 30m, 24h or 7d, of \(bounds.lowerBound) to \(bounds.upperBound) seconds"
            )
        }
        return span.seconds
    }
}
