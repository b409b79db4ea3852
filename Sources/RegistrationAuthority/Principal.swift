// Who a request comes from, once that is proven.

/// A caller that proved who it is.
public struct Principal: Sendable, Hashable {
    /// The id of the token; nil for an operator on the machine itself.
    public let tokenID: String?
    /// The token's name, or the operator's.
    public let name: String
    /// What it may do.
    public let role: Role
    /// How the audit log and the records of issuance name it: `token:` and the id, or `operator:` and the name.
    public let actor: String

    /// Only a verified token makes one.
    init(_ token: APIToken) {
        self.tokenID = token.id
        self.name = token.name
        self.role = token.role
        self.actor = "token:" + token.id
    }

    private init(operatorNamed name: String) {
        self.tokenID = nil
        self.name = name
        self.role = .admin
        self.actor = "operator:" + name
    }

    /// The person at the machine's own command line, who may read the state directory anyway.
    public static func `operator`(named name: String) -> Principal {
        Principal(operatorNamed: name)
    }

    /// Whether the role admits it.
    public func may(_ permission: Permission) -> Bool {
        self.role.permissions.contains(permission)
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

    /// The machine's own command line.
    public static let local = RequestOrigin()
}
