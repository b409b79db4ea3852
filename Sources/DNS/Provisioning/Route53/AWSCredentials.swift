// What AWS calls are signed with.

/// Credentials of AWS.
public struct AWSCredentials: Sendable {
    /// The name of the key; no secret.
    public let accessKeyID: String
    let secretAccessKey: ProviderSecret
    let sessionToken: ProviderSecret?

    /// Creates credentials.
    ///
    /// - Parameters:
    ///   - accessKeyID: Such as `AKIA…`.
    ///   - secretAccessKey: The key itself.
    ///   - sessionToken: The token of temporary credentials.
    /// - Throws: ``ProviderFailure`` with `.unauthorized` when the key's name has other characters than letters and digits.
    public init(
        accessKeyID: String,
        secretAccessKey: ProviderSecret,
        sessionToken: ProviderSecret? = nil
    ) throws(ProviderFailure) {
        let isWord = accessKeyID.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
        guard !accessKeyID.isEmpty, isWord else {
            throw ProviderFailure(.unauthorized, "an AWS access key id is of letters and digits, such as AKIA…")
        }
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}
