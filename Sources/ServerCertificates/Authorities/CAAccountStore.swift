// The port to where accounts with CAs are remembered.

/// Remembers the addresses of accounts.
///
/// What is kept is durable on return and seen by all processes of the installation. Any number of tasks may call at once.
/// What is lost can be asked of the CA again by the account's key.
public protocol CAAccountStore: Sendable {
    /// The address of an account; nil when none is known.
    ///
    /// - Parameters:
    ///   - authority: the CA, by the address of its directory.
    ///   - thumbprint: the account's key (RFC 7638).
    func accountURL(authority: String, thumbprint: String) async throws -> String?

    /// Remembers the address of an account, in the place of a former one; forgets it when it is nil.
    func keepAccountURL(_ url: String?, authority: String, thumbprint: String) async throws
}
