// signet token: API tokens, managed by whoever can write the state directory.

import ArgumentParser
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import RegistrationAuthority

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Create, list and revoke API tokens.",
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Create an API token and print its secret, once.",
            discussion:
                "Example: signet token create --state ./state --name build-agents --role issuer --lifetime 90d > issuer.token"
        )

        @OptionGroup var state: StateOptions

        @Option(help: "What the token is for; shown in listings.")
        var name: String

        @Option(
            help:
                "admin (everything), issuer (issues, revokes its own), registrant (registers agents by policy) or auditor (reads)."
        )
        var role: String

        @Option(help: "How long it is valid, for instance 12h or 90d. Default: until it is revoked.")
        var lifetime: String?

        @Option(help: "The account that it acts for, as 'signet account list' shows it. Default: one of its own.")
        var account: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                guard let role = Role(rawValue: self.role) else {
                    throw ConfigurationError(
                        "--role: '\(self.role)' is not one of \(Role.allCases.map(\.rawValue).joined(separator: ", "))"
                    )
                }
                let lifetime = try self.lifetime.map {
                    Duration.seconds(try Definition(text: $0, file: "--lifetime").seconds())
                }
                try await withStore(self.state) { store in
                    if let account, try await store.account(id: account) == nil {
                        throw ConfigurationError(
                            "--account: there is no account '\(account)'; see: signet account list"
                        )
                    }
                    let (token, secret) = try await service(store).createToken(
                        name: self.name,
                        role: role,
                        lifetime: lifetime,
                        account: self.account,
                        by: .operator(named: SystemEnvironment.user),
                        from: .local
                    )
                    if self.json { return try printJSON(TokenDocument(token, secret: secret)) }
                    FileHandle.standardError.write(
                        Data("token \(token.id), role \(token.role.rawValue); the secret is shown this once\n".utf8)
                    )
                    print(secret.reveal())
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List API tokens; secrets are not kept and not shown."
        )

        @OptionGroup var state: StateOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                try await withStore(self.state) { store in
                    var tokens: [APIToken] = []
                    while true {
                        let page = try await service(store).listTokens(
                            after: tokens.last?.id,
                            limit: 100,
                            by: .operator(named: SystemEnvironment.user)
                        )
                        guard !page.isEmpty else { break }
                        tokens += page
                    }
                    let documents = tokens.map { TokenDocument($0) }
                    if self.json { return try printJSON(documents) }
                    for document in documents { document.show(at: SystemEnvironment.now()) }
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Revoke an API token. A running daemon follows within seconds."
        )

        @OptionGroup var state: StateOptions

        @Argument(help: "The token's id, as 'signet token list' shows it.")
        var id: String

        func run() async throws {
            try await signet.run {
                try await withStore(self.state) { store in
                    let token = try await service(store).revokeToken(
                        id: self.id,
                        by: .operator(named: SystemEnvironment.user),
                        from: .local
                    )
                    print("token \(token.id) (\(token.name)) is revoked")
                }
            }
        }
    }

    private static func service(_ store: SQLiteStore) -> APITokenService {
        APITokenService(
            store: store,
            authenticator: Authenticator(store: store),
            generator: SystemRandomNumberGenerator(),
            now: SystemEnvironment.now
        )
    }
}

/// A token as JSON.
private struct TokenDocument: Encodable {
    let id: String
    let name: String
    let role: String
    let account: String?
    let created: String
    let expires: String?
    let lastUsed: String?
    let revokedAt: String?
    let secret: String?

    init(_ token: APIToken, secret: APITokenSecret? = nil) {
        let text = { (date: Date) in CertificateTime(date).description }
        self.id = token.id
        self.name = token.name
        self.role = token.role.rawValue
        self.account = token.account
        self.created = text(token.created)
        self.expires = token.expires.map(text)
        self.lastUsed = token.lastUsed.map(text)
        self.revokedAt = token.revokedAt.map(text)
        self.secret = secret?.reveal()
    }

    func show(at instant: Date) {
        let now = CertificateTime(instant).description
        let state =
            self.revokedAt.map { "revoked \($0)" } ?? self.expires.map { $0 < now ? "expired \($0)" : "until \($0)" }
            ?? "unlimited"
        print("\(self.id)  \(self.role)  \(self.name)  \(state)  last used \(self.lastUsed ?? "never")")
    }
}
