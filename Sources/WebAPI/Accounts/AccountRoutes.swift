// Accounts: opened by an operator, or by whoever the policy admits; suspended by an operator.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JOSE
import JSON
import PKIX
public import RegistrationAuthority

extension Route {
    /// All calls about accounts.
    static func accounts(_ calls: AccountCalls) -> [Route] {
        let service = calls.accounts
        return [
            .openAccount(service, calls.registrations), .listAccounts(service), .showAccount(service),
            .changeAccount(service), .createAccountToken(calls.tokens), .listAccountTokens(calls.tokens),
            .revokeAccountToken(calls.tokens),
        ]
    }

    /// Opens an account → 201: the caller's own, or with `forOther` one for somebody else.
    private static func openAccount(_ service: AccountService, _ registrations: RegistrationService) -> Route {
        Route(
            .post,
            "/v1/accounts",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["name", "contacts", "forOther", "jwk"]
                )
                let name = try members.requiredString("name")
                let contacts =
                    try members.strings("contacts", atMost: RegistrationAuthority.Budget.accountContacts) ?? []
                let origin = RequestOrigin(context)
                let account: Account
                if try members.boolean("forOther") == true {
                    account = try await service.create(name: name, contacts: contacts, by: principal, from: origin)
                } else {
                    account = try await service.open(
                        name: name,
                        contacts: contacts,
                        key: try await key(of: principal, members, registrations),
                        by: principal,
                        from: origin
                    )
                }
                return .json(.account(account), status: .created, headers: [.location: "/v1/accounts/\(account.id)"])
            }
        )
    }

    private static func listAccounts(_ service: AccountService) -> Route {
        Route(
            .get,
            "/v1/accounts",
            for: .holders(of: .readAudit) { request, _, principal in
                let parameters = try QueryParameters(request.uri.query, admitting: ["limit", "cursor"])
                let sizes = 1...RegistrationAuthority.Budget.accountsPerPage
                let limit =
                    try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
                        Int(text).flatMap { sizes.contains($0) ? $0 : nil }
                    } ?? 100
                let accounts = try await service.accounts(after: parameters["cursor"], limit: limit, for: principal)
                return .json(
                    .object(present: [
                        "items": .array(accounts.map { .account($0) }),
                        "nextCursor": accounts.count < limit ? .null : accounts.last.map { .string($0.id) },
                    ])
                )
            }
        )
    }

    private static func showAccount(_ service: AccountService) -> Route {
        Route(
            .get,
            "/v1/accounts/{accountId}",
            for: .holders(of: .seeAgents) { _, context, principal in
                let id = context.accountID(of: principal)
                return .json(.account(try await service.account(id: id, for: principal)))
            }
        )
    }

    private static func changeAccount(_ service: AccountService) -> Route {
        Route(
            .patch,
            "/v1/accounts/{accountId}",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(
                    try await request.jsonBody(),
                    admitting: ["name", "contacts", "status"]
                )
                let status = try members.string("status").map { text throws(Problem) in
                    guard let status = Account.Status(rawValue: text) else {
                        throw JSONMembers.invalid("status", "must be ACTIVE or SUSPENDED")
                    }
                    return status
                }
                let account = try await service.change(
                    context.accountID(of: principal),
                    AccountChange(
                        name: try members.string("name"),
                        contacts: try members.strings("contacts", atMost: RegistrationAuthority.Budget.accountContacts),
                        status: status
                    ),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.account(account))
            }
        )
    }
}

/// What calls about accounts go to.
public struct AccountCalls: Sendable {
    let accounts: AccountService
    let registrations: RegistrationService
    let tokens: APITokenService

    /// Creates the value.
    public init(accounts: AccountService, registrations: RegistrationService, tokens: APITokenService) {
        self.accounts = accounts
        self.registrations = registrations
        self.tokens = tokens
    }
}

/// The key by which a caller has signed: that of its agent, or the one in the body; nil for a token.
private func key(
    of principal: Principal,
    _ members: JSONMembers,
    _ registrations: RegistrationService
) async throws -> SubjectPublicKey? {
    guard let thumbprint = principal.thumbprint else { return nil }
    if let known = try await registrations.identityKey(thumbprint: thumbprint) { return known }
    guard let value = members.value("jwk"), let key = try? JSONWebKey(value) else { return nil }
    return try SubjectPublicKey(derEncoded: key.subjectPublicKeyInfo)
}

extension Route {
    /// Creates a token that acts for an account → 201 with its secret, which is shown this once.
    private static func createAccountToken(_ service: APITokenService) -> Route {
        Route(
            .post,
            "/v1/accounts/{accountId}/tokens",
            for: .holders(of: .register) { request, context, principal in
                let members = try JSONMembers(try await request.jsonBody(), admitting: ["name", "lifetimeSeconds"])
                let (token, secret) = try await service.createToken(
                    name: try members.requiredString("name"),
                    role: .registrant,
                    lifetime: try members.integer("lifetimeSeconds").map { .seconds($0) },
                    account: context.accountID(of: principal),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.token(token, secret: secret), status: .created, headers: [.cacheControl: "no-store"])
            }
        )
    }

    private static func listAccountTokens(_ service: APITokenService) -> Route {
        Route(
            .get,
            "/v1/accounts/{accountId}/tokens",
            for: .holders(of: .register) { _, context, principal in
                let tokens = try await service.tokens(of: context.accountID(of: principal), by: principal)
                return .json(["items": .array(tokens.map { .token($0, secret: nil) })])
            }
        )
    }

    private static func revokeAccountToken(_ service: APITokenService) -> Route {
        Route(
            .delete,
            "/v1/accounts/{accountId}/tokens/{tokenId}",
            for: .holders(of: .register) { _, context, principal in
                let token = try await service.revokeToken(
                    id: context.parameters.get("tokenId") ?? "",
                    of: context.accountID(of: principal),
                    by: principal,
                    from: RequestOrigin(context)
                )
                return .json(.token(token, secret: nil))
            }
        )
    }
}

extension ManagementContext {
    /// The account in the path; `self` stands for the caller's own.
    fileprivate func accountID(of principal: Principal) -> String {
        let text = self.parameters.get("accountId") ?? ""
        return text == "self" ? principal.account : text
    }
}

extension JSONValue {
    /// An account as the API shows it.
    fileprivate static func account(_ account: Account) -> JSONValue {
        [
            "id": .string(account.id),
            "name": .string(account.name),
            "contacts": .array(account.contacts.map { .string($0) }),
            "status": .string(account.status.rawValue),
            "createdAt": .time(account.createdAt),
            "updatedAt": .time(account.updatedAt),
        ]
    }

    /// A token as the API shows it.
    fileprivate static func token(_ token: APIToken, secret: APITokenSecret?) -> JSONValue {
        .object(present: [
            "id": .string(token.id),
            "name": .string(token.name),
            "role": .string(token.role.rawValue),
            "account": token.account.map { .string($0) },
            "createdAt": .time(token.created),
            "expiresAt": token.expires.map { .time($0) },
            "lastUsedAt": token.lastUsed.map { .time($0) },
            "revokedAt": token.revokedAt.map { .time($0) },
            "secret": secret.map { .string($0.reveal()) },
        ])
    }
}
