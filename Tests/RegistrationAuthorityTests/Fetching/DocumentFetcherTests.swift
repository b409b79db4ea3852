// Documents that strangers name: from where they must not come, and servers that do what they please.

import AsyncHTTPClient
import Foundation
import NIOSSL
import PKIX
import Testing

@testable import RegistrationAuthority

@Suite("Documents of strangers")
struct DocumentFetcherTests {
    private let names = WebhookBench.Names()

    private func fetcher(
        _ targets: TargetPolicy = .webhooks(privateAddresses: true, plainHTTP: true),
        _ configuration: HTTPClient.Configuration = .init(),
        patience: Duration = .seconds(10)
    ) -> DocumentFetcher {
        DocumentFetcher(
            targets: targets,
            configuration: configuration,
            sleep: { _ in try await Task.sleep(for: patience) },
            lookUp: { [names] host in names.addresses(of: host.description) }
        )
    }

    private func fetch(_ url: String, _ fetcher: DocumentFetcher) async throws -> [UInt8] {
        try await fetcher.fetch(url, accepting: "application/json")
    }

    @Test(
        "an address that is not public is refused, as it stands and behind a name",
        arguments: WebhookTargetTests.reservedAddresses
    )
    func reserved(_ text: String) async throws {
        let fetcher = self.fetcher(TargetPolicy())
        let octets = try #require(PKIX.IPAddress.bytes(of: text))
        let literal = octets.count == 16 ? "[\(text)]" : text
        await expectRefusal(.targetRefused) { try await self.fetch("https://\(literal)/", fetcher) }
        self.names.bind("inner.example", [octets])
        let error = await expectRefusal(.targetRefused) { try await self.fetch("https://inner.example/", fetcher) }
        #expect(error?.reason.contains(text) == false || text == "::")
        self.names.bind("mixed.example", [[8, 8, 8, 8], octets])
        await expectRefusal(.targetRefused) { try await self.fetch("https://mixed.example/", fetcher) }
        self.names.bind("none.example", [])
        await expectRefusal(.targetRefused) { try await self.fetch("https://none.example/", fetcher) }
    }

    @Test(
        "other schemes, ports and spellings are refused",
        arguments: [
            ("http://example.com/", RegistrationError.Code.targetRefused), ("https://example.com:22/", .targetRefused),
            ("https://user@example.com/", .invalidURL), ("https://2130706433/", .invalidURL),
            ("https://0x7f.1/", .invalidURL), ("ftp://example.com/", .invalidURL), ("file:///etc/passwd", .invalidURL),
            ("https://example.com\\@127.0.0.1/", .invalidURL), ("https://example.com/#x", .invalidURL),
            ("", .invalidURL),
        ]
    )
    func spellings(_ url: String, _ code: RegistrationError.Code) async {
        await expectRefusal(code) { try await self.fetch(url, self.fetcher(TargetPolicy())) }
        #expect(self.names.lookUps == 0)
    }

    @Test("the name is looked up once, and the connection made to the address that was judged")
    func pinned() async throws {
        try await WebhookReceiver.with { hook, _ in
            .answer(200, body: hook.target)
        } _: { server in
            self.names.bind("rebind.invalid", [[127, 0, 0, 1]], [[169, 254, 169, 254]])
            let url = "http://rebind.invalid:\(server.port)/a/b?c"
            let document = try await self.fetch(url, self.fetcher())
            #expect(document == Array("/a/b?c".utf8))
            #expect(self.names.lookUps == 1)
            let hook = server.hooks.first
            #expect(hook?.method == "GET" && hook?["Host"] == "rebind.invalid:\(server.port)")
            #expect(hook?["Accept"] == "application/json" && hook?["Authorization"] == nil)
            await expectRefusal(.targetRefused) { try await self.fetch(url, self.fetcher()) }
            #expect(server.connections == 1)
        }
    }

    @Test(
        "neither redirects nor other statuses are followed or taken",
        arguments: [201, 204, 301, 302, 307, 308, 404, 500]
    )
    func statuses(_ status: Int) async throws {
        try await WebhookReceiver.with { hook, _ in
            hook.target == "/" ? .answer(status, headers: [("Location", "/other")]) : .answer(200)
        } _: { server in
            let error = await expectRefusal(.documentUnavailable) {
                try await self.fetch("http://127.0.0.1:\(server.port)/", self.fetcher())
            }
            #expect(error?.reason.contains("\(status)") == true && server.hooks.count == 1)
        }
    }

    @Test("as much as is admitted is taken, and no octet more")
    func sizes() async throws {
        try await WebhookReceiver.with { hook, _ in
            hook.target == "/flood"
                ? .flood(200)
                : .answer(200, body: String(repeating: "x", count: Int(hook.target.dropFirst()) ?? 0))
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)/"
            let most = Budget.documentBytes
            let document = try await self.fetch("\(url)\(most)", self.fetcher())
            #expect(document.count == most)
            for path in ["\(most + 1)", "flood"] {
                let error = await expectRefusal(.documentUnavailable) {
                    try await self.fetch(url + path, self.fetcher())
                }
                #expect(error?.reason.contains("more than \(most) octets") == true)
            }
        }
    }

    @Test("who does not answer is not waited for")
    func slow() async throws {
        try await WebhookReceiver.with { hook, _ in
            hook.target == "/hang" ? .hang : .drop
        } _: { server in
            let url = "http://127.0.0.1:\(server.port)"
            let error = await expectRefusal(.documentUnavailable) {
                try await self.fetch("\(url)/hang", self.fetcher(patience: .milliseconds(100)))
            }
            #expect(error?.reason.contains("did not come within") == true)
            await expectRefusal(.documentUnavailable) { try await self.fetch("\(url)/drop", self.fetcher()) }
        }
    }

    @Test("over TLS the certificate must be valid for the name")
    func tls() async throws {
        let (certificate, key) = try WebhookTargetTests.certificate("docs.invalid")
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: [.certificate(certificate)],
                privateKey: .privateKey(key)
            )
        )
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .certificates([certificate])
        for name in ["docs.invalid", "other.invalid"] { self.names.bind(name, [[127, 0, 0, 1]]) }
        let fetcher = self.fetcher(.webhooks(privateAddresses: true), HTTPClient.Configuration(tlsConfiguration: tls))
        try await WebhookReceiver.with(tls: context) { _, _ in
            .answer(200, body: "{}")
        } _: { server in
            let document = try await self.fetch("https://docs.invalid:\(server.port)/", fetcher)
            #expect(document == Array("{}".utf8))
            let error = await expectRefusal(.documentUnavailable) {
                try await self.fetch("https://other.invalid:\(server.port)/", fetcher)
            }
            #expect(error?.reason.contains("certificate must be valid") == true && server.hooks.count == 1)
        }
    }
}
