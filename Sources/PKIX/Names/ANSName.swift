// Names of the Agent Name Service: ans://v{MAJOR}.{MINOR}.{PATCH}.{agentHost} (ANS-2).

/// An agent's name: a semantic version and the host that the agent answers at.
public struct ANSName: Hashable, Sendable, CustomStringConvertible {
    /// The version as three numbers with dots, without the `v`.
    public let version: String
    /// The agent's host: at least two labels.
    public let host: HostName

    /// Reads a full name such as `ans://v1.0.0.sentiment-analyzer.example.com`.
    ///
    /// - Throws: ``PKIXError`` with `.invalidName`; the reason names the rule that is broken.
    public init(_ text: String) throws(PKIXError) {
        guard text.hasPrefix("ans://v") else {
            throw PKIXError(
                .invalidName,
                "\(text.quotedForMessage) is not an ANS name: it does not begin with 'ans://v'"
            )
        }
        let parts = text.dropFirst("ans://v".count).split(
            separator: ".",
            maxSplits: 3,
            omittingEmptySubsequences: false
        )
        // ANS-2: ^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$
        guard parts.count == 4, parts[..<3].allSatisfy(Self.isVersionNumber) else {
            throw PKIXError(
                .invalidName,
                "\(text.quotedForMessage) is not an ANS name: after 'ans://v' come three version numbers and the host"
            )
        }
        let host = try HostName(String(parts[3]))
        guard host.labelCount >= 2 else {
            throw PKIXError(.invalidName, "the host of ANS name '\(text)' has one label; at least two are needed")
        }
        guard text.utf8.count <= Budget.uriBytes else {
            throw PKIXError(
                .invalidName,
                "an ANS name of \(text.utf8.count) octets; at most \(Budget.uriBytes) are admitted"
            )
        }
        self.version = parts[..<3].joined(separator: ".")
        self.host = host
    }

    /// The full name.
    public var description: String { "ans://v\(self.version).\(self.host)" }

    private static func isVersionNumber(_ part: Substring) -> Bool {
        guard (1...10).contains(part.utf8.count), part.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            return false
        }
        return part == "0" || part.first != "0"
    }
}
