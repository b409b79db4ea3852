// signet account: who answers for agents, managed by whoever can write the state directory.

import ArgumentParser
import CertificateAuthority
import Foundation
import PKIX
import Persistence
import RegistrationAuthority

struct AccountCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account",
        abstract: "Open, list, suspend and resume the accounts that agents belong to.",
        subcommands: [Create.self, List.self, Suspend.self, Resume.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Open an account and print its id.",
            discussion: """
                Example: signet account create --state ./state --name 'Example GmbH' --contact mailto:ops@example.com
                Then give it a token: signet token create --role registrant --account ID --name ci
                """
        )

        @OptionGroup var state: StateOptions

        @Option(help: "What people call it.")
        var name: String

        @Option(name: .customLong("contact"), help: "mailto:NAME@HOST or an https URI; may be repeated.")
        var contacts: [String] = []

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                try await withStore(self.state) { store in
                    let account = try await AccountCommand.service(store, self.state).create(
                        name: self.name,
                        contacts: self.contacts,
                        by: .operator(named: SystemEnvironment.user),
                        from: .local
                    )
                    if self.json { return try printJSON(AccountDocument(account)) }
                    print(account.id)
                }
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List accounts.")

        @OptionGroup var state: StateOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await signet.run {
                try await withStore(self.state) { store in
                    let service = try AccountCommand.service(store, self.state)
                    var accounts: [Account] = []
                    while true {
                        let page = try await service.accounts(
                            after: accounts.last?.id,
                            limit: 100,
                            for: .operator(named: SystemEnvironment.user)
                        )
                        guard !page.isEmpty else { break }
                        accounts += page
                    }
                    if self.json { return try printJSON(accounts.map(AccountDocument.init)) }
                    for account in accounts {
                        let contacts = account.contacts.joined(separator: " ")
                        print("\(account.id)  \(account.status.rawValue)  \(account.name)  \(contacts)")
                    }
                }
            }
        }
    }

    struct Suspend: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse every call of an account's tokens and keys; its agents stay as they are.",
            discussion: "A running daemon follows within seconds."
        )

        @OptionGroup var state: StateOptions

        @Argument(help: "The account's id, as 'signet account list' shows it.")
        var id: String

        func run() async throws {
            try await AccountCommand.set(.suspended, of: self.id, self.state)
        }
    }

    struct Resume: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lift a suspension.")

        @OptionGroup var state: StateOptions

        @Argument(help: "The account's id, as 'signet account list' shows it.")
        var id: String

        func run() async throws {
            try await AccountCommand.set(.active, of: self.id, self.state)
        }
    }

    private static func set(_ status: Account.Status, of id: String, _ state: StateOptions) async throws {
        try await signet.run {
            try await withStore(state) { store in
                let account = try await Self.service(store, state).change(
                    id,
                    AccountChange(status: status),
                    by: .operator(named: SystemEnvironment.user),
                    from: .local
                )
                print("account \(account.id) (\(account.name)) is \(account.status.rawValue)")
            }
        }
    }

    private static func service(_ store: SQLiteStore, _ state: StateOptions) throws -> AccountService {
        AccountService(
            store: store,
            limits: store,
            rules: RegistrationRules(policy: try PolicyFile.read(state.layout().policy), zones: ZoneDirectory([])),
            environment: RegistrationEnvironment(
                now: SystemEnvironment.now,
                sleep: SystemEnvironment.sleep,
                generator: SystemRandomNumberGenerator()
            )
        )
    }
}

/// An account as JSON.
private struct AccountDocument: Encodable {
    let id: String
    let name: String
    let contacts: [String]
    let status: String
    let createdAt: String

    init(_ account: Account) {
        self.id = account.id
        self.name = account.name
        self.contacts = account.contacts
        self.status = account.status.rawValue
        self.createdAt = CertificateTime(account.createdAt).description
    }
}
