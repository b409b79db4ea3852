import AgentClient
import Foundation
import NIOHTTP1
import PKIX
import Testing

@Suite("Calls about certificates")
struct CertificateCallTests {
    @Test("filters are query parameters, percent-encoded")
    func filters() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = [.json(200, #"{"certificates":[],"new":1}"#)] }
            var filter = CertificateFilter()
            filter.status = "valid"
            filter.agent = "a&b=c.example"
            filter.expiresBefore = CertificateTime(secondsSinceEpoch: 0)
            filter.limit = 5
            let page = try await APIClient.with(try bench.configuration()) { [filter] in
                try await $0.certificates(filter)
            }
            #expect(page.certificates.isEmpty && page.next == nil)
            #expect(
                bench.api.requests.map(\.target) == [
                    "/v1/certificates?status=valid&agent=a%26b%3Dc.example&expiresBefore=1970-01-01T00%3A00%3A00Z&limit=5"
                ]
            )
        }
    }

    @Test("cursors are followed to the end, and statuses of the future are shown as they are")
    func pages() async throws {
        try await Workbench.run { bench in
            bench.api.set {
                $0.script = [
                    .json(200, #"{"certificates":[{"serial":"01","status":"dormant"}],"next":"a.b"}"#),
                    .json(200, #"{"certificates":[{"serial":"02","names":["DNS:x"]}],"next":null}"#),
                ]
            }
            var serials: [String] = []
            var statuses: [String?] = []
            try await APIClient.with(try bench.configuration()) { client in
                try await client.forEachPage(CertificateFilter()) { page in
                    serials += page.certificates.map(\.serial)
                    statuses += page.certificates.map(\.status)
                }
            }
            #expect(serials == ["01", "02"])
            #expect(statuses == ["dormant", nil])
            #expect(bench.api.requests.map(\.target) == ["/v1/certificates", "/v1/certificates?cursor=a.b"])
        }
    }

    @Test("cursors that lead in a circle are an error, not a loop")
    func circle() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = Array(repeating: .json(200, #"{"certificates":[],"next":"x"}"#), count: 3) }
            await #expect(throws: AgentClientError(.invalidAnswer, "")) {
                try await APIClient.with(try bench.configuration()) { client in
                    try await client.forEachPage(CertificateFilter()) { _ in }
                }
            }
            #expect(bench.api.requests.count == 2)
        }
    }

    @Test("a revocation carries reason and date, and is repeated after a lost connection")
    func revoke() async throws {
        try await Workbench.run { bench in
            bench.api.set {
                $0.script = [
                    .close,
                    .json(
                        200,
                        #"{"serial":"0a","status":"revoked","revocation":{"revokedAt":"t","reason":"keyCompromise"}}"#
                    ),
                ]
            }
            let document = try await APIClient.with(try bench.configuration()) { client in
                try await client.revoke(
                    try SerialNumber(hexadecimal: "0A"),
                    reason: .keyCompromise,
                    invalidityDate: CertificateTime(secondsSinceEpoch: 60)
                )
            }
            #expect(document.revocation?.reason == "keyCompromise")
            #expect(bench.api.requests.count == 2)
            let request = try #require(bench.api.requests.last)
            #expect(request.target == "/v1/certificates/0a/revoke")
            #expect(
                String(decoding: request.body, as: UTF8.self)
                    == #"{"invalidityDate":"1970-01-01T00:01:00Z","reason":"keyCompromise"}"#
            )
            #expect(request.headers.first(name: "authorization") == "Bearer token-of-the-test")
        }
    }

    @Test("a certificate is released from hold")
    func release() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = [.json(200, #"{"serial":"0a","status":"valid"}"#)] }
            let document = try await APIClient.with(try bench.configuration()) { client in
                try await client.release(try SerialNumber(hexadecimal: "0A"))
            }
            #expect(document.status == "valid")
            #expect(bench.api.requests.map(\.target) == ["/v1/certificates/0a/release"])
        }
    }

    @Test("a revocation of many is asked for until it is complete, and its counts are added up")
    func revokeSelection() async throws {
        try await Workbench.run { bench in
            bench.api.set {
                $0.script = [
                    .json(200, #"{"revoked":2000,"complete":false,"keyBlocked":true}"#),
                    .json(200, #"{"revoked":2000,"complete":false,"keyBlocked":true}"#),
                    .json(200, #"{"revoked":7,"complete":true,"keyBlocked":true}"#),
                ]
            }
            var progress: [Int] = []
            let document = try await APIClient.with(try bench.configuration()) { client in
                try await client.revoke(
                    .publicKey(sha256: "00ff"),
                    reason: .keyCompromise,
                    onProgress: { progress.append($0) }
                )
            }
            #expect(document.revoked == 4_007 && document.complete && document.keyBlocked == true)
            #expect(progress == [2_000, 4_000])
            #expect(Set(bench.api.requests.map(\.target)) == ["/v1/revocations"])
            #expect(bench.api.requests.count == 3)
            let body = String(decoding: try #require(bench.api.requests.last).body, as: UTF8.self)
            #expect(body == #"{"publicKeySha256":"00ff","reason":"keyCompromise"}"#)
        }
    }

    @Test("a certificate that is not there is told by the server's code")
    func notFound() async throws {
        try await Workbench.run { bench in
            bench.api.set { $0.script = [.problem(404, "CERTIFICATE_NOT_FOUND", "no such serial")] }
            let error = try await #require(throws: AgentClientError.self) {
                try await APIClient.with(try bench.configuration()) { client in
                    try await client.certificate(try SerialNumber(hexadecimal: "1"))
                }
            }
            #expect(error.problem?.code == "CERTIFICATE_NOT_FOUND")
        }
    }

    @Test("PEM is printed anew, without what a server may have put around it")
    func pem() async throws {
        try await Workbench.run { bench in
            let pem = try bench.api.authority.issuingPEM
            let json: [String: Any] = ["serial": "1", "certificate": "\u{1B}[2J\n" + pem, "chain": [pem]]
            let data = try JSONSerialization.data(withJSONObject: json)
            let document = try JSONDecoder().decode(CertificateDocument.self, from: data)
            #expect(try document.certificatesPEM() == pem + pem)
        }
    }
}
