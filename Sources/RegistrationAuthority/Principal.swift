// Who a request comes from, once that is proven.

import DNS
public import HTTPSignatures
import JOSE

/// A caller that proved who it is.
public struct Principal: Sendable, Hashable {
    /// The id of the token; nil for an operator on the machine itself.
    public let tokenID: String?
    /// The token's name, or the operator's.
    public let name: String
    /// What it may do.
    public let role: Role
    /// How the audit log and the records of issuance name it: `token:` and the id, `key:` and the thumbprint, or
    /// `operator:` and the name.
    public let actor: String
    /// The thumbprint (RFC 7638) of the key that signed the request or the TLS handshake; nil for any other proof.
    public let thumbprint: String?

    /// Whose agents are its own.
    public let account: String
    /// Whether it shows a key whose place another one has taken: it may act for agents that are still bound to it, no more.
    let isRetired: Bool
    /// Whether its key was made known as that of an account: then its agents have keys of their own.
    let isAccountKey: Bool

    /// Only a verified token makes one.
    init(_ token: APIToken) {
        self.tokenID = token.id
        self.name = token.name
        self.role = token.role
        self.actor = "token:" + token.id
        self.account = token.account ?? self.actor
        self.isRetired = false
        self.isAccountKey = false
        self.thumbprint = nil
    }

    /// The holder of a key, that is, whoever signed a request with it.
    ///
    /// - Parameter key: what the store knows of the key; nil for one that never replaced another nor was replaced.
    /// - Throws: `JOSEError` for a key that has no thumbprint.
    public init(_ proof: VerifiedSignature, key: AccountKey? = nil) throws {
        self.init(thumbprint: try JSONWebKey(proof.key).thumbprint, key: key)
    }

    /// The holder of a key, once that is proven.
    init(thumbprint: String, key: AccountKey?) {
        self.tokenID = nil
        self.name = thumbprint
        self.role = .registrant
        self.actor = "key:" + thumbprint
        self.isRetired = key?.retiredAt != nil
        self.isAccountKey = key?.account != nil && !self.isRetired
        // A key that has lost its place owns nothing under its own name either.
        self.account = self.isRetired ? "retired-key:" + thumbprint : key?.account ?? self.actor
        self.thumbprint = thumbprint
    }

    private init(operatorNamed name: String) {
        self.tokenID = nil
        self.name = name
        self.role = .admin
        self.actor = "operator:" + name
        self.account = self.actor
        self.isRetired = false
        self.isAccountKey = false
        self.thumbprint = nil
    }

    /// The person at the machine's own command line, who may read the state directory anyway.
    public static func `operator`(named name: String) -> Principal {
        Principal(operatorNamed: name)
    }

    /// Whether the role admits it.
    public func may(_ permission: Permission) -> Bool {
        self.role.permissions.contains(permission)
    }

    /// Throws `keyRetired` for a key whose place another one has taken.
    func requireKeyInUse() throws(RegistrationError) {
        guard !self.isRetired else {
            throw RegistrationError(.keyRetired, "another key has taken the place of the one that signs this call")
        }
    }

    /// Throws `permissionDenied` unless the role admits it.
    public func require(_ permission: Permission) throws(RegistrationError) {
        guard self.may(permission) else {
            throw RegistrationError(
                .permissionDenied,
                "the role \(self.role.rawValue) of this token does not admit \(permission.rawValue)"
            )
        }
    }

    /// Throws `permissionDenied` unless the caller may have certificates issued beside registration.
    public func requireDirectIssuance() throws(RegistrationError) {
        guard self.may(.issue) else {
            throw RegistrationError(
                .permissionDenied,
                "the role \(self.role.rawValue) gets nothing but identities for the ANS names of agents of its own that are live"
            )
        }
    }

    /// Throws `permissionDenied` unless the caller may revoke a certificate that the named actor had issued.
    public func requireRevocation(ofCertificateIssuedTo actor: String) throws(RegistrationError) {
        if self.may(.revokeOwn), actor == self.actor { return }
        guard self.may(.revoke) else {
            throw RegistrationError(
                .permissionDenied,
                "the role \(self.role.rawValue) of this token may revoke only what the same token had issued"
            )
        }
    }
}

/// Where a request came from, for the audit log.
public struct RequestOrigin: Sendable, Hashable {
    /// The remote address.
    public let address: String?
    /// The id of the request.
    public let requestID: String?

    /// Creates an origin.
    public init(address: String? = nil, requestID: String? = nil) {
        self.address = address
        self.requestID = requestID
    }

    /// The address's 4 or 16 octets.
    var octets: [UInt8]? { self.address.flatMap { DNS.IPAddress($0) }?.octets }

    /// The machine's own command line.
    public static let local = RequestOrigin()
}
