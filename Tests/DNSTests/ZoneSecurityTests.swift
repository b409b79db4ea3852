import Foundation
import TestSupport
import Testing

@testable import DNS

@Suite("DNSSEC")
struct ZoneSecurityTests {
    @Test(
        "key tags and DS records are those of RFC 6605 and RFC 8080",
        arguments: [
            (
                "example.net",
                "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
                "55648 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17"
            ),
            (
                "example.com", "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
                "3613 15 2 3aa5ab37efce57f737fc1627013fee07bdf241bd10f3b1964ab55c78e79a304b"
            ),
        ]
    )
    func digests(_ zone: String, _ key: String, _ signer: String) throws {
        let key = try #require(record(zone, "DNSKEY", key).data.zoneKey)
        let signer = try #require(record(zone, "DS", signer).data.delegationSigner)
        #expect(key.keyTag == signer.keyTag)
        #expect(key.delegationSigner(for: name(zone)) == signer)
        #expect(key.matches(signer, in: name(zone)))
        #expect(!key.matches(signer, in: name("other")))
        #expect(key.isSecureEntryPoint)
    }

    @Test("a DS record with SHA-384 matches too")
    func sha384() throws {
        let key = try #require(
            record(
                "example.net",
                "DNSKEY",
                "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA=="
            ).data.zoneKey
        )
        let published = record(
            "example.net",
            "DS",
            "55648 13 4 3be4b980b34443e569255f4a347d4c8e8e18de755fb8072d7b355c44c56b50a61e8050ae636041b9664a04f05aef2680"
        ).data.delegationSigner
        let signer = try #require(published)
        #expect(key.matches(signer, in: name("example.net")))
    }

    struct SignatureVector: Sendable {
        let zone: String
        let key: String
        let record: ResourceRecord
        let signature: String
        let signed: String
        let time: UInt32
    }

    static let signatures = [
        SignatureVector(
            zone: "example.net",
            key: "257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==",
            record: DNSTests.record("www.example.net", "A", "192.0.2.1", ttl: 3_600),
            signature: """
                A 13 3 3600 20100909100439 20100812100439 55648 example.net. \
                qx6wLYqmh+l9oCKTN6qIc+bw6ya+KJ8oMz0YP107epXAyGmt+3SNruPFKG7tZoLBLlUzGGus7ZwmwWep666VCw==
                """,
            signed: """
                00010d0300000e104c88b1374c63c737d960076578616d706c65036e65740003777777076578616d706c65036e65740000010001\
                00000e100004c0000201
                """,
            time: 1_283_000_000
        ),
        SignatureVector(
            zone: "example.com",
            key: "257 3 15 l02Woi0iS8Aa25FQkUd9RMzZHJpBoRQwAQEX1SxZJA4=",
            record: DNSTests.record("example.com", "MX", "10 mail.example.com.", ttl: 3_600),
            signature: """
                MX 15 2 3600 1440021600 1438207200 3613 example.com. \
                oL9krJun7xfBOIWcGHi7mag5/hdZrKWw15jPGrHpjQeRAvTdszaPD+QLs3fx8A4M3e23mRZ9VrbpMngwcrqNAg==
                """,
            signed: """
                000f0f0200000e1055d4fc6055b94ce00e1d076578616d706c6503636f6d00076578616d706c6503636f6d00000f000100000e10\
                0014000a046d61696c076578616d706c6503636f6d00
                """,
            time: 1_439_000_000
        ),
    ]

    @Test("signatures of the RFCs verify, within their time and over their records alone", arguments: signatures)
    func verifies(_ vector: SignatureVector) throws {
        let key = try #require(record(vector.zone, "DNSKEY", vector.key).data.zoneKey)
        guard case .rrsig(let signature) = record(vector.zone, "RRSIG", vector.signature).data else {
            Issue.record("no signature")
            return
        }
        #expect(signature.signedOctets(of: [vector.record]).hexadecimal == vector.signed)
        #expect(signature.verifies([vector.record], by: key, at: vector.time))
        #expect(signature.verifies([vector.record, vector.record], by: key, at: vector.time))
        #expect(!signature.verifies([vector.record], by: key, at: signature.expiration + 1))
        #expect(!signature.verifies([vector.record], by: key, at: signature.inception - 1))
        #expect(!signature.verifies([], by: key, at: vector.time))
        let other = ResourceRecord(name: vector.record.name, ttl: 1, data: .text("x"))
        #expect(!signature.verifies([vector.record, other], by: key, at: vector.time))
        let moved = ResourceRecord(name: name("x." + vector.zone), ttl: 3_600, data: vector.record.data)
        #expect(!signature.verifies([moved], by: key, at: vector.time))
        let revoked = ZoneKey(flags: key.flags | 0x80, algorithm: key.algorithm, publicKey: key.publicKey)
        #expect(!signature.verifies([vector.record], by: revoked, at: vector.time))
    }

    @Test("a zone that BIND signs: keys, DS, the chain, CDS, and a validating resolver's word")
    func bind() async throws {
        let server = try await NamedServer.start(zones: [
            .signed("signed.test"), NamedZone("plain.test"), NamedZone("test"),
        ])
        defer { server.stop() }
        let address = try server.address
        let provider = try server.provider()
        let now = UInt32(Date().timeIntervalSince1970)
        let resolver = Resolver(
            client: .test,
            servers: [],
            overrides: [name("test"): [address], name("signed.test"): [address], name("plain.test"): [address]]
        )
        let plain = try await resolver.security(of: name("plain.test"), at: now)
        #expect(plain.chain == .unsigned && !plain.isSigned)
        #expect(try await provider.signing(of: name("plain.test")).status == .disabled)
        let refusal = await #expect(throws: ProviderFailure.self) {
            try await provider.enableSigning(of: name("plain.test"))
        }
        #expect(refusal?.kind == .unsupported && refusal?.reason.contains("dnssec-policy") == true)

        let island = try await self.whenSigned(resolver)
        #expect(island.chain == .noDelegationSigner)
        #expect(island.delegationSigners.count == 1 && island.delegationSigners == island.childSigners)
        #expect(island.keys == island.childKeys)
        let signing = try await provider.signing(of: name("signed.test"))
        #expect(signing.status == .pending && signing.delegationSigners == island.delegationSigners)

        // The parent delegates, and publishes a DS that does not match, then the right one.
        let delegation = record("signed.test", "NS", "ns.signed.test.")
        let signer = ResourceRecord(name: name("signed.test"), ttl: 60, data: .ds(island.delegationSigners[0]))
        let wrong = record("signed.test", "DS", "1 13 2 " + String(repeating: "00", count: 32))
        #expect(await provider.apply([.add(delegation), .add(wrong)], in: name("test")) == [.done, .done])
        guard case .broken = try await resolver.security(of: name("signed.test"), at: now).chain else {
            Issue.record("a chain that does not hold was taken to hold")
            return
        }
        #expect(await provider.apply([.add(signer)], in: name("test")) == [.done])
        let closed = try await resolver.security(of: name("signed.test"), at: now)
        #expect(closed.chain == .valid && closed.parentSigners.contains(island.delegationSigners[0]))
        guard case .broken = try await resolver.security(of: name("signed.test"), at: now + 86_400 * 365).chain else {
            Issue.record("a signature that has expired was taken to hold")
            return
        }
        try await self.validating(server, island)
    }

    /// A resolver with the zone's key as trust anchor vouches for what is signed, and not for what is not.
    private func validating(_ server: NamedServer, _ island: ZoneSecurity) async throws {
        let anchor = try #require(island.delegationSigners.first)
        let validator = try await NamedServer.start(
            zones: [],
            options: "recursion yes; dnssec-validation yes; allow-query { 127.0.0.1; };",
            statements: """
                trust-anchors { signed.test. static-ds \(anchor.keyTag) \(anchor.algorithm) \(anchor.digestType) \
                "\(anchor.digest.hexadecimal)"; };
                zone "signed.test" { type forward; forward only; forwarders { 127.0.0.1 port \(server.port); }; };
                zone "plain.test" { type forward; forward only; forwarders { 127.0.0.1 port \(server.port); }; };
                """
        )
        defer { validator.stop() }
        let resolver = Resolver(client: .test, servers: [try validator.address])
        #expect(try await resolver.records(name("ns.signed.test"), .a).isAuthenticated)
        #expect(try await resolver.records(name("nothing.signed.test"), .a).isAuthenticated)
    }

    /// The zone once it has its signatures and CDS.
    private func whenSigned(_ resolver: Resolver) async throws -> ZoneSecurity {
        let deadline = ContinuousClock.now + .seconds(60)
        while true {
            let time = UInt32(Date().timeIntervalSince1970)
            let security = try await resolver.security(of: name("signed.test"), at: time)
            if security.isSigned, !security.childSigners.isEmpty, !security.childKeys.isEmpty { return security }
            try #require(ContinuousClock.now < deadline, "BIND has not published CDS: \(security)")
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
