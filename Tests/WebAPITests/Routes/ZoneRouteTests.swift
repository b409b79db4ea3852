import DNS
import Foundation
import HTTPTypes
import RegistrationAuthority
import TestSupport
import Testing

@testable import WebAPI

@Suite("DNS routes")
struct ZoneRouteTests {
    private let bench: ZoneBench
    private let fixture: APIFixture
    private let records = "/v1/dns/zones/agents.example/records"

    init() async throws {
        self.bench = try ZoneBench()
        self.fixture = try await APIFixture(zones: self.bench.service)
    }

    @Test("a zone is connected, listed, shown and disconnected")
    func connects() async throws {
        let body = #"{"zone":"customer.example","provider":"memory","ours":true,"servers":["127.0.0.1:5300"]}"#
        let made = try await self.fixture.call(.post, "/v1/dns/zones", as: .admin, body: body)
        #expect(made.status == 201)
        #expect(made.headers[.location] == "/v1/dns/zones/customer.example")
        #expect(made.json["nameServers"] as? [String] == ["ns1.customer.example", "ns2.customer.example"])
        #expect(made.json["source"] as? String == "API")
        #expect(made.json["servers"] as? [String] == ["127.0.0.1:5300"])
        let listed = try await self.fixture.call(.get, "/v1/dns/zones", as: .auditor)
        let zones = try #require(listed.json["zones"] as? [[String: Any]])
        #expect(zones.compactMap { $0["zone"] as? String } == ["agents.example", "customer.example"])
        #expect(zones.compactMap { $0["source"] as? String } == ["CONFIGURATION", "API"])
        let shown = try await self.fixture.call(.get, "/v1/dns/zones/customer.example", as: .issuer)
        #expect(shown.json["ours"] as? Bool == true)
        let gone = try await self.fixture.call(.delete, "/v1/dns/zones/customer.example", as: .admin)
        #expect(gone.status == 204)
        let missing = try await self.fixture.call(.get, "/v1/dns/zones/customer.example", as: .admin)
        #expect(missing.status == 404)
        #expect(missing.code == "ZONE_NOT_FOUND")
    }

    @Test(
        "what is refused is said by a code",
        arguments: [
            (#"{"zone":"x.example","provider":"memory"}"#, 422, "ZONE_NOT_AT_PROVIDER"),
            (#"{"zone":"x.example","provider":"none"}"#, 422, "UNKNOWN_PROVIDER"),
            (#"{"zone":"a..b","provider":"memory"}"#, 422, "INVALID_ZONE"),
            (#"{"zone":"agents.example","provider":"memory"}"#, 409, "ZONE_EXISTS"),
            (#"{"zone":"x.example"}"#, 400, "MISSING_MEMBER"),
            (#"{"zone":"x.example","provider":"memory","secret":"s"}"#, 400, "UNKNOWN_MEMBER"),
            (#"{"zone":"x.example","provider":"memory","ours":"yes"}"#, 400, "INVALID_MEMBER"),
            (#"{"zone":"x.example","provider":"memory","servers":[1]}"#, 400, "INVALID_MEMBER"),
        ]
    )
    func refuses(_ body: String, _ status: Int, _ code: String) async throws {
        let answer = try await self.fixture.call(.post, "/v1/dns/zones", as: .admin, body: body)
        #expect(answer.status == status)
        #expect(answer.code == code)
    }

    @Test("an operator alone changes zones; who reads may look", arguments: [Role.issuer, .auditor, .registrant])
    func permissions(_ role: Role) async throws {
        let zone = "/v1/dns/zones/agents.example"
        let body = "{}"
        for (method, path) in [
            (.post, "/v1/dns/zones"), (.delete, zone), (.post, "\(zone)/verify"), (.post, "\(zone)/dnssec"),
            (.post, "\(zone)/records"), (.put, "\(zone)/records"), (.delete, "\(zone)/records"),
            (.post, "\(zone)/records/batch"),
        ] as [(HTTPRequest.Method, String)] {
            let answer = try await self.fixture.call(method, path, as: role, body: body)
            #expect(answer.status == 403, "\(method) \(path)")
            #expect(answer.code == "PERMISSION_DENIED", "\(method) \(path)")
        }
        let looks = try await self.fixture.call(.get, "\(zone)/records", as: role)
        #expect(looks.status == (role == .registrant ? 403 : 200))
        let stranger = try await self.fixture.call(.get, "/v1/dns/zones")
        #expect(stranger.status == 401)
    }

    @Test("records are added, listed, replaced and removed")
    func changesRecords() async throws {
        let text = String(repeating: "long ", count: 100)
        let body = #"{"name":"x.agents.example","type":"TXT","ttl":60,"value":"\#(text)"}"#
        let made = try await self.fixture.call(.post, self.records, as: .admin, body: body)
        #expect(made.status == 201)
        #expect(made.json["result"] as? String == "DONE")
        #expect(made.json["value"] as? String == text)
        let listed = try await self.fixture.call(.get, "\(self.records)?name=x.agents.example&type=TXT", as: .auditor)
        let record = try #require((listed.json["records"] as? [[String: Any]])?.first)
        #expect(record["value"] as? String == text)
        #expect(record["ours"] as? Bool == true)
        #expect(record["state"] as? String == "published")
        let put = #"{"name":"x.agents.example","type":"TXT","values":["one","two"]}"#
        let replaced = try await self.fixture.call(.put, self.records, as: .admin, body: put)
        let results = try #require(replaced.json["results"] as? [[String: Any]])
        #expect(results.compactMap { $0["op"] as? String } == ["add", "add", "remove"])
        #expect(replaced.json["complete"] as? Bool == true)
        let query = "?name=x.agents.example&type=TXT&value=one"
        #expect(try await self.fixture.call(.delete, self.records + query, as: .admin).status == 200)
        let again = try await self.fixture.call(.delete, self.records + query, as: .admin)
        #expect(again.status == 409)
        #expect(again.code == "RECORD_NOT_OURS")
        let left = self.bench.provider.all(in: try DomainName("agents.example"))
        #expect(left.map(\.data) == [.text("two")])
    }

    @Test("a batch is told record by record")
    func batch() async throws {
        self.bench.provider.fail { change in
            change.record.data == .a([192, 0, 2, 2]) ? ProviderFailure(.rateLimited, "later", retryAfter: 9) : nil
        }
        let changes = (1...3).map {
            #"{"op":"add","name":"x.agents.example","type":"A","value":"192.0.2.\#($0)"}"#
        }
        let body = #"{"changes":[\#(changes.joined(separator: ","))]}"#
        let answer = try await self.fixture.call(.post, "\(self.records)/batch", as: .admin, body: body)
        #expect(answer.status == 200)
        #expect(answer.json["complete"] as? Bool == false)
        let results = try #require(answer.json["results"] as? [[String: Any]])
        #expect(results.compactMap { $0["result"] as? String } == ["DONE", "FAILED", "DONE"])
        #expect(results[1]["code"] as? String == "RATE_LIMITED")
        #expect(results[1]["retryAfter"] as? Int == 9)
    }

    @Test(
        "a record that is wrong is refused with its place",
        arguments: [
            (#"{"changes":[{"op":"add","name":"x.agents.example","type":"A","value":"1"}]}"#, 422, "INVALID_RECORD"),
            (#"{"changes":[{"op":"set","name":"x.agents.example","type":"A","value":"1"}]}"#, 400, "INVALID_MEMBER"),
            (#"{"changes":[7]}"#, 400, "MALFORMED_JSON"), (#"{"changes":{}}"#, 400, "INVALID_MEMBER"),
            (#"{"changes":[{"op":"add","name":"x.agents.example","type":"A","host":"1"}]}"#, 400, "UNKNOWN_MEMBER"),
        ]
    )
    func refusesRecords(_ body: String, _ status: Int, _ code: String) async throws {
        let answer = try await self.fixture.call(.post, "\(self.records)/batch", as: .admin, body: body)
        #expect(answer.status == status)
        #expect(answer.code == code)
        #expect(self.bench.provider.applied.isEmpty)
    }

    @Test("a single change that fails is a problem, with when to come back")
    func failures() async throws {
        let body = #"{"name":"x.agents.example","type":"A","value":"192.0.2.1"}"#
        for (kind, status, code) in [
            (.rateLimited, 503, "PROVIDER_UNAVAILABLE"), (.unauthorized, 502, "PROVIDER_REFUSED"),
            (.conflict, 409, "RECORD_CONFLICT"), (.invalid, 422, "RECORD_REFUSED"),
        ] as [(ProviderFailure.Kind, Int, String)] {
            self.bench.provider.fail { _ in ProviderFailure(kind, "no", retryAfter: kind == .rateLimited ? 11 : nil) }
            let answer = try await self.fixture.call(.post, self.records, as: .admin, body: body)
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(answer.headers[.retryAfter] == (kind == .rateLimited ? "11" : nil))
        }
    }

    @Test("where a person keeps the zone, the answer says what to do")
    func byHand() async throws {
        let connection = #"{"zone":"hand.example","provider":"hand"}"#
        #expect(try await self.fixture.call(.post, "/v1/dns/zones", as: .admin, body: connection).status == 201)
        let body = #"{"name":"x.hand.example","type":"A","value":"192.0.2.1"}"#
        let path = "/v1/dns/zones/hand.example/records"
        let answer = try await self.fixture.call(.post, path, as: .admin, body: body)
        #expect(answer.status == 202)
        #expect(answer.json["result"] as? String == "BY_HAND")
        #expect((answer.json["instruction"] as? String)?.contains("192.0.2.1") == true)
        let signing = try await self.fixture.call(.post, "/v1/dns/zones/hand.example/dnssec", as: .admin)
        #expect(signing.status == 422)
        #expect(signing.code == "PROVIDER_UNSUPPORTED")
    }

    @Test("signing and verification answer in their shapes")
    func security() async throws {
        let signed = try await self.fixture.call(.post, "/v1/dns/zones/agents.example/dnssec", as: .admin)
        #expect(signed.json["status"] as? String == "PENDING")
        let signer = "12345 13 2 " + String(repeating: "ab", count: 32)
        #expect(signed.json["delegationSigners"] as? [String] == [signer])
        let verified = try await self.fixture.call(.post, "/v1/dns/zones/agents.example/verify", as: .admin)
        #expect(verified.status == 200)
        let delegation = try #require(verified.json["delegation"] as? [String: Any])
        #expect(delegation["status"] as? String == "UNKNOWN")
        #expect(delegation["reason"] != nil)
        #expect((verified.json["signing"] as? [String: Any])?["status"] as? String == "DISABLED")
        #expect((verified.json["dnssec"] as? [String: Any])?["chain"] as? String == "UNKNOWN")
    }

    @Test("how far an agent's records are is told to who may see the agent")
    func agents() async throws {
        let text = ResourceRecord(name: try DomainName("_agent.a.agents.example"), ttl: 300, data: .text("v=agent1"))
        let record = ManagedRecord(
            record: ProvisionedRecord(record: text, purpose: .trust, required: true),
            isOurs: true,
            state: .published,
            failure: "not seen yet"
        )
        let agent = try await self.bench.register(host: "a.agents.example", records: [record])
        let answer = try await self.fixture.call(.get, "/v1/dns/agents/\(agent.id)", as: .admin)
        #expect(answer.status == 200)
        #expect(answer.json["agentHost"] as? String == "a.agents.example")
        let shown = try #require((answer.json["records"] as? [[String: Any]])?.first)
        #expect(shown["state"] as? String == "published")
        #expect(shown["failure"] as? String == "not seen yet")
        #expect(shown["ours"] as? Bool == true)
        let other = try await self.fixture.call(.get, "/v1/dns/agents/\(agent.id)", as: .registrant)
        #expect(other.status == 404)
        #expect(other.code == "AGENT_NOT_FOUND")
        let missing = try await self.fixture.call(.get, "/v1/dns/agents/none", as: .admin)
        #expect(missing.status == 404)
        #expect(missing.code == "AGENT_NOT_FOUND")
    }
}
