// The roots that server and agent certificates must lead to. No other anchor is used, the system's neither.

import AtomicFiles
public import PKIX

/// The root certificates that are trusted.
public struct TrustAnchors: Hashable, Sendable {
    /// The certificates; never empty.
    public let certificates: [EncodedCertificate]

    /// Reads roots in PEM.
    ///
    /// - Parameters:
    ///   - source: where they come from, for messages.
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration`.
    public init(pem text: String, source: String) throws(AgentClientError) {
        do {
            self.certificates = try EncodedCertificate.all(inPEM: text)
        } catch {
            throw AgentClientError(.invalidConfiguration, "\(source) does not hold certificates in PEM: \(error)")
        }
        guard (1...Budget.roots).contains(self.certificates.count) else {
            throw AgentClientError(
                .invalidConfiguration,
                "\(source) holds \(self.certificates.count) certificates; 1 to \(Budget.roots) roots are needed"
            )
        }
    }

    /// Reads a file of roots in PEM.
    ///
    /// - Throws: ``AgentClientError`` with `.invalidConfiguration`.
    public static func read(from path: String) throws(AgentClientError) -> TrustAnchors {
        do {
            let content = try AtomicFile.read(path, limit: Budget.rootFileBytes)
            return try TrustAnchors(pem: String(decoding: content, as: UTF8.self), source: "the root file \(path)")
        } catch let error as AgentClientError {
            throw error
        } catch {
            throw AgentClientError(.invalidConfiguration, "the root file cannot be used: \(error)")
        }
    }

    /// The roots in PEM, one after the other.
    public var pem: String { self.certificates.map(\.pem).joined() }
}
