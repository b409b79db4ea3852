// Who is found, from where, and what is said about it.

import Crypto
import DNS
import Foundation
import JOSE
import JSON
import PKIX
import TestSupport
import Testing
import X509

@testable import RegistrationAuthority

@Suite("Resolving agents")
struct AgentResolverTests {
    @Test("DNS and the registry agree: both are named, and nothing is disagreed on")
    func both() async throws {
        try await ResolutionBench.with { bench in
            let registration = try await bench.registered(ResolutionBench.foreign)
            bench.publish(registration)
            let answer = try await bench.resolve(ResolutionBench.foreign)
            #expect(answer["source"]?.text == "both" && answer["registered"] == true)
            #expect(answer["status"]?.text == "ACTIVE" && answer["version"]?.text == "1.0.0")
            #expect(answer["agentId"]?.text == registration.id.description)
            #expect(answer.disagreements.isEmpty && answer["disagreementCount"] == 0)
            #expect(try answer["endpoints"]?.canonical == registration.description.json["endpoints"]?.canonical)
            #expect(answer["dns", "status"] == "ANSWERED" && answer["dns"]?["authenticated"] == false)
            #expect(answer["badgeUrl"]?.text == "https://log.example/v1/agents/\(registration.id)")
            #expect(answer["card", "a2aVersion"] == "1.0" && answer["card", "sha256"]?.count == 64)
            guard case .array(let keys)? = answer["identityKeys"] else {
                Issue.record("no keys")
                return
            }
            let key = try #require(registration.identityKey).subjectPublicKeyInfo
            #expect(keys.map { $0["publicKey"]?.text } == [Data(key).base64EncodedString()])
        }
    }

    @Test("The registry answers when DNS does not, briefly, and says so")
    func withoutDNS() async throws {
        try await ResolutionBench.with { bench in
            try await bench.registered(ResolutionBench.foreign)
            bench.dns.set { $0.failing = ["*"] }
            let answer = try await bench.resolve(ResolutionBench.foreign)
            #expect(answer["source"]?.text == "registry" && answer["dns", "status"] == "UNAVAILABLE")
            #expect(answer.disagreements.isEmpty && answer["ttl"] == 5)
            guard case .array(let notes)? = answer["dns"]?["notes"] else {
                Issue.record("no notes")
                return
            }
            #expect(notes.count == 6 && notes[0].text?.contains("SERVFAIL") == true)
            #expect(try await bench.refusal("unknown.customer.example")?.code == .dnsUnavailable)
            // In a zone of ours the registry alone knows.
            #expect(try await bench.refusal("unknown.\(RegistrationBench.apex)")?.code == .agentNotFound)
            bench.dns.set { $0.failing = ["_ans"] }
            bench.cache.forget(host: ResolutionBench.foreign)
            let half = try await bench.resolve(ResolutionBench.foreign)
            #expect(half["dns", "status"] == "INCOMPLETE" && half["source"]?.text == "registry")
            #expect(!half.disagreements.contains("MISSING_IN_DNS _ans.\(ResolutionBench.foreign) TXT"))
        }
    }

    @Test("Silent name servers are not waited for beyond the bound")
    func silence() async throws {
        try await ResolutionBench.with { bench in
            try await bench.registered(ResolutionBench.foreign)
            bench.dns.set { $0.isSilent = true }
            let begun = ContinuousClock.now
            let answer = try await bench.resolve(ResolutionBench.foreign)
            #expect(ContinuousClock.now - begun < .seconds(20))
            #expect(answer["dns", "status"] == "UNAVAILABLE" && answer["source"]?.text == "registry")
        }
    }

    @Test("What DNS says otherwise is listed, and what was registered stands")
    func disagreements() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.foreign
            let registration = try await bench.registered(host)
            bench.publish(registration, without: "_a")
            let missing = try await bench.resolve(host)
            #expect(
                missing.disagreements == ["MISSING_IN_DNS _ans.\(host) TXT", "MISSING_IN_DNS _ans-badge.\(host) TXT"]
            )
            #expect(missing["source"]?.text == "both")
            bench.cache.forget(host: host)
            try bench.dns.add("_ans.\(host)", "v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://\(host)/evil")
            try bench.dns.add("_ans.\(host)", "v=ans1; version=v1.0.0; p=mcp; mode=direct; url=https://\(host)/mcp")
            try bench.dns.add("_ans-badge.\(host)", "v=ans-badge1; version=v1.0.0; url=https://evil.example/x")
            let other = Curve25519.Signing.PrivateKey()
            let key = try SubjectPublicKey(Certificate.PublicKey(other.publicKey)).subjectPublicKeyInfo
            try bench.dns.add("_agent.\(host)", IdentityRecord(key: key).text)
            let answer = try await bench.resolve(host)
            #expect(
                answer.disagreements == [
                    "DIFFERS _ans.\(host) TXT", "DIFFERS _ans-badge.\(host) TXT", "DIFFERS _agent.\(host) TXT",
                    "NOT_REGISTERED _ans.\(host) TXT",
                ]
            )
            #expect(try answer["endpoints"]?.canonical == registration.description.json["endpoints"]?.canonical)
            let registered = try #require(registration.identityKey).subjectPublicKeyInfo
            guard case .array(let keys)? = answer["identityKeys"] else {
                Issue.record("no keys")
                return
            }
            #expect(keys.map { $0["publicKey"]?.text } == [Data(registered).base64EncodedString()])
        }
    }

    @Test("Nothing in DNS at all: the registry's answer, with what is missing")
    func nothingInDNS() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.own
            try await bench.registered(host)
            let answer = try await bench.resolve(host)
            #expect(answer["source"]?.text == "registry" && answer["dns", "status"] == "ANSWERED")
            // With TXT records, service bindings are not required (ANS-3).
            #expect(
                answer.disagreements == ["MISSING_IN_DNS _ans.\(host) TXT", "MISSING_IN_DNS _ans-badge.\(host) TXT"]
            )
            #expect(answer["ttl"] == 15)
        }
    }

    @Test(
        "What has ended is answered as such, whatever DNS says",
        arguments: [(AgentStatus.revoked, "AGENT_REVOKED"), (.expired, "AGENT_EXPIRED")]
    )
    func ended(_ status: AgentStatus, _ code: String) async throws {
        try await ResolutionBench.with { bench in
            for host in [ResolutionBench.foreign, ResolutionBench.own] {
                let registration = try await bench.registered(host, "2.0.0", status)
                bench.publish(registration)
                for name in [host, "ans://v2.0.0.\(host)"] {
                    let refusal = try await bench.refusal(name)
                    #expect(refusal?.code.rawValue == code && refusal?.reason.contains("v2.0.0") == true, "\(name)")
                }
                #expect(try await bench.refusal(host, "^1.0.0")?.code == .agentNotFound)
            }
        }
    }

    @Test("The end of the certificate is the agent's, though nobody has noted it yet")
    func certificateOver() async throws {
        try await ResolutionBench.with { bench in
            let end = bench.bench.clock.now.addingTimeInterval(40)
            let registration = try await bench.registered(ResolutionBench.foreign, expiresAt: end)
            bench.publish(registration)
            let answer = try await bench.resolve(ResolutionBench.foreign)
            #expect(answer["ttl"] == 40 || answer["ttl"] == 39)
            bench.bench.clock.advance(41)
            #expect(try await bench.refusal(ResolutionBench.foreign)?.code == .agentExpired)
        }
    }

    @Test("An ended version that DNS still has is told beside the one that lives")
    func endedBesideLive() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.foreign
            let old = try await bench.registered(host, "2.0.0", .revoked)
            let new = try await bench.registered(host, "1.0.0")
            for registration in [old, new] { bench.publish(registration) }
            let answer = try await bench.resolve(host)
            #expect(answer["version"]?.text == "1.0.0")
            #expect(answer.disagreements.contains("ENDED _ans.\(host) TXT"))
        }
    }

    @Test("Registrations that strangers began, and such as were cancelled, say nothing about a host")
    func strangers() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.foreign
            try bench.dns.add("_ans.\(host)", "v=ans1; version=v1.0.0; p=a2a; mode=direct; url=https://\(host)/a2a")
            for (index, status) in [AgentStatus.pendingValidation, .failed, .revoked].enumerated() {
                try await bench.registered(host, "1.0.0", status, control: nil, wasActive: false)
                bench.cache.forget(host: host)
                let answer = try await bench.resolve(host)
                #expect(answer["source"]?.text == "dns" && answer["registered"] == false, "\(index)")
                if status == .pendingValidation { try await bench.endPending(host) }
            }
            // Once control is proven, the name is on its way to be ours to vouch for.
            try await bench.registered(host, "1.0.0", .pendingDNS, wasActive: false)
            bench.cache.forget(host: host)
            #expect(try await bench.refusal(host)?.code == .agentNotFound)
        }
    }

    @Test("Agents of others resolve from DNS alone, and are marked so")
    func foreign() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.foreign
            let digest = [UInt8](repeating: 0xAB, count: 32)
            try bench.dns.add("_ans.\(host)", "v=ans1; version=1.2.0; p=a2a; url=https://\(host)/a2a", ttl: 90)
            try bench.dns.add("_ra-badge.\(host)", "v=ra-badge1; version=1.2.0; url=https://log.other.example/1")
            let card = "https://\(host)/.well-known/agent-card.json"
            let svcb = "1 . alpn=a2a port=443 key65400=\(card) key65401=\(Base64URL.encode(digest)) key65402=a2a"
            let mcp = "1 . alpn=mcp port=8443 key65402=mcp"
            for text in [svcb, mcp] {
                let data = try RecordData(type: .svcb, presentation: text)
                let record = ResourceRecord(name: try DomainName(host), ttl: 3_600, data: data)
                bench.dns.set { $0.records.append(record) }
            }
            let key = try SubjectPublicKey(Certificate.PublicKey(Curve25519.Signing.PrivateKey().publicKey))
            try bench.dns.add("_agent.\(host)", IdentityRecord(key: key.subjectPublicKeyInfo).text)
            let answer = try await bench.resolve(host)
            #expect(answer["source"]?.text == "dns" && answer["registered"] == false && answer["agentId"] == nil)
            #expect(answer["status"]?.text == "UNKNOWN" && answer["ansName"]?.text == "ans://v1.2.0.\(host)")
            #expect(answer["badgeUrl"]?.text == "https://log.other.example/1" && answer["ttl"] == 90)
            #expect(answer["card", "url"] == card && answer["card", "sha256"] == digest.hexadecimal)
            let expected: JSONValue =
                [
                    [
                        "protocol": "A2A", "agentUrl": .string("https://\(host)/a2a"), "port": 443,
                        "metaDataUrl": .string(card), "metaDataHash": .string("SHA256:" + digest.hexadecimal),
                    ],
                    ["protocol": "MCP", "port": 8443],
                ]
            #expect(try answer["endpoints"]?.canonical == expected.canonical)
            guard case .array(let keys)? = answer["identityKeys"] else {
                Issue.record("no keys")
                return
            }
            #expect(keys.count == 1)
            // What DNS says of a zone whose names we give out proves nothing: we would know.
            let own = ResolutionBench.own
            try bench.dns.add("_ans.\(own)", "v=ans1; version=v9.0.0; p=a2a; mode=direct; url=https://\(own)/a2a")
            #expect(try await bench.refusal(own)?.code == .agentNotFound)
        }
    }

    @Test("DNSSEC: only when every record that is there was vouched for")
    func authenticated() async throws {
        try await ResolutionBench.with { bench in
            let host = ResolutionBench.foreign
            let registration = try await bench.registered(host)
            bench.publish(registration)
            let names = Set(registration.records.map(\.record.record.name))
            for (signed, isAuthenticated) in [(names, true), (names.filter { $0.description != host }, false)] {
                bench.dns.set { $0.signed = signed }
                bench.cache.forget(host: host)
                #expect(try await bench.resolve(host)["dns"]?["authenticated"] == .boolean(isAuthenticated))
            }
        }
    }
}

extension ResolutionBench {
    /// Ends what is pending at a host, so that it can be registered anew.
    func endPending(_ host: String) async throws {
        let query = RegistrationQuery(host: host, statuses: [.pendingValidation], limit: 1)
        let pending = try #require(try await self.bench.database.registrations(query).first)
        var ended = pending
        ended.status = .failed
        ended.step = .none
        let stored = try #require(try await self.bench.database.registration(pending.id))
        _ = try await self.bench.database.update(
            RegistrationChange(ended, from: stored.revision, dueAt: nil, audit: [])
        )
    }
}
