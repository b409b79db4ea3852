// `signet cert list`.

import AgentClient
import ArgumentParser
import Foundation
import PKIX

/// Lists certificates.
struct CertListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List certificates in the order of expiry.",
        discussion: """
            One page, or with --all every one. --json prints one object; with --all it prints each certificate as an \
            object on a line of its own, so that a listing of any length can be piped.

              signet cert list --status valid --expires-before 30d
              signet cert list --agent agent.example.com --all --json

            Exit codes: 0 listed, 1 failed, 2 configuration or usage.
            """
    )

    @Option(help: ArgumentHelp("Only valid, revoked or expired ones.", valueName: "status"))
    var status: String?

    @Option(help: ArgumentHelp("Only those whose first host is this.", valueName: "host"))
    var agent: String?

    @Option(help: ArgumentHelp("Only those of this profile.", valueName: "name"))
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "Only those that expire before a time (2027-01-31T00:00:00Z, 2027-01-31) or within a span (30d).",
            valueName: "time"
        )
    )
    var expiresBefore: String?

    @Option(help: ArgumentHelp("How many a page has, 1 to 100.", valueName: "count"))
    var limit: Int?

    @Option(help: ArgumentHelp("Where the page begins: 'next' of the page before.", valueName: "cursor"))
    var cursor: String?

    @Flag(help: "Follow the cursors to the end.")
    var all = false

    @OptionGroup var options: CertOptions

    func run() async throws {
        try await runClient {
            let filter = try self.filter()
            try await self.options.withClient { client in
                if self.all {
                    var isFirst = true
                    try await client.forEachPage(filter) { page in
                        try self.showPart(page, isFirst: isFirst)
                        isFirst = false
                        // Nobody reads any more (`| head`): the remaining pages need not be asked for.
                        guard fflush(nil) == 0 else { throw ClientExit.failed }
                    }
                } else {
                    try self.show(try await client.certificates(filter))
                }
            }
        }
    }

    private func filter() throws -> CertificateFilter {
        var filter = CertificateFilter()
        filter.status = self.status
        filter.agent = self.agent
        filter.profile = self.profile
        filter.cursor = self.cursor
        filter.limit = self.limit
        filter.expiresBefore = try self.expiresBefore.map { text in
            guard let time = CertificateTime(typed: text, from: Date()) else {
                throw AgentClientError(
                    .invalidConfiguration,
                    "--expires-before '\(text)' is neither a time such as 2027-01-31T00:00:00Z nor a span such as 30d"
                )
            }
            return time
        }
        return filter
    }

    private func show(_ page: CertificateListDocument) throws {
        guard !self.options.json else { return try page.printJSON() }
        self.printTable(page, withHeader: true)
        if let next = page.next { Progress.write("more: --cursor \(next.printable(limit: 100)) (or --all)") }
    }

    private func showPart(_ page: CertificateListDocument, isFirst: Bool) throws {
        guard self.options.json else { return self.printTable(page, withHeader: isFirst) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        for certificate in page.certificates {
            print(String(decoding: try encoder.encode(certificate), as: UTF8.self))
        }
    }

    private func printTable(_ page: CertificateListDocument, withHeader: Bool) {
        var table = TextTable(header: ["SERIAL", "STATUS", "VALID UNTIL", "PROFILE", "NAMES"])
        for certificate in page.certificates {
            table.append([
                certificate.serial, certificate.status, certificate.notAfter, certificate.profile, certificate.nameList,
            ])
        }
        for line in table.lines.dropFirst(withHeader ? 0 : 1) { print(line) }
    }
}
