// Credentials of a host's API. Nothing that prints, dumps or interpolates one shows it.

/// A credential: a token, a key.
///
/// The caller reads it from where it is kept. It leaves this module in the call that it authorizes, and nowhere else.
public struct ProviderSecret: Sendable {
    let revealed: String

    /// A credential from a file's text: white space around it is dropped.
    ///
    /// - Throws: ``ProviderFailure`` with `.unauthorized` when it is empty, or has what no header field may carry.
    public init(_ text: some StringProtocol) throws(ProviderFailure) {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        let trimmed = text.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
        // RFC 9110 §5.5: a field's value is visible ASCII; a line break in it would begin another field.
        guard !trimmed.isEmpty, trimmed.allSatisfy({ $0.isASCII && ("!"..."~").contains($0) }) else {
            throw ProviderFailure(
                .unauthorized,
                "the credential is empty, or is not one word of printable ASCII; see the file that holds it"
            )
        }
        self.revealed = String(trimmed)
    }

    /// A text without the credential, should a host have repeated it.
    func redacted(from text: String) -> String {
        text.split(separator: self.revealed, omittingEmptySubsequences: false).joined(separator: "[redacted]")
    }
}

extension ProviderSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the credential.
    public var description: String { "[secret]" }

    /// Never the credential.
    public var debugDescription: String { "[secret]" }

    /// Never the credential.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
