// A double of Route 53 that is stricter than moto: it checks signatures, deletes only what is exactly as stated, answers
// `InvalidChangeBatch` as AWS does, keeps changes `PENDING` for a while, and fails when told to.

import Foundation
import LoopbackSupport
import OutboundHTTP
import Synchronization

@testable import DNS

/// A double of Route 53 with one public zone, and a private one of the same name before it.
final class Route53Double: Sendable {
    struct Set: Hashable, Sendable {
        var name: String
        var type: String
        var ttl: String
        var values: [String]
        /// Elements that only routed sets and aliases have.
        var extra = ""
    }

    struct State: Sendable {
        var sets: [Set] = []
        var canned: [(suffix: String, status: Int, body: String)] = []
        var interference: Set?
        var polls = 0
        var calls: [String] = []
        var signing = "NOT_SIGNING"
        var hasKey = false
    }

    static let identifier = "Z0123456789ABC"
    let credentials: AWSCredentials
    let zone: String
    /// How often a change is `PENDING` when asked for.
    let pendingPolls: Int
    private let state = Mutex(State())

    init(zone: String, credentials: AWSCredentials, pendingPolls: Int = 1) {
        (self.zone, self.credentials, self.pendingPolls) = (zone, credentials, pendingPolls)
    }

    var sets: [Set] { self.state.withLock { $0.sets } }
    var calls: [String] { self.state.withLock { $0.calls } }
    var polls: Int { self.state.withLock { $0.polls } }

    func change(_ body: (inout State) -> Void) { self.state.withLock { body(&$0) } }

    /// Answers the next call of a path that ends like this with a canned answer.
    func inject(_ suffix: String, _ status: Int, _ body: String) {
        self.state.withLock { $0.canned.append((suffix, status, body)) }
    }

    /// Has someone else write a set between the next reading and the change made of it.
    func interfere(_ set: Set) { self.state.withLock { $0.interference = set } }

    static func error(_ code: String, _ message: String) -> String {
        "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"\(Route53Batch.namespace)\"><Error><Type>Sender</Type>"
            + "<Code>\(code)</Code><Message>\(message)</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    }

    static func invalidBatch(_ messages: String...) -> String {
        let list = messages.map { "<Message>\($0)</Message>" }.joined()
        return "<?xml version=\"1.0\"?>\n<InvalidChangeBatch xmlns=\"\(Route53Batch.namespace)\"><Messages>\(list)"
            + "</Messages><RequestId>1</RequestId></InvalidChangeBatch>"
    }

    func reply(to request: LoopbackRequest) -> LoopbackReply {
        self.state.withLock { state in
            state.calls.append("\(request.method) \(request.path)")
            if let index = state.canned.firstIndex(where: { request.path.hasSuffix($0.suffix) }) {
                let canned = state.canned.remove(at: index)
                return .answer(canned.status, body: canned.body)
            }
            guard self.isSigned(request) else {
                let words = "The request signature we calculated does not match the signature you provided."
                return .answer(403, body: Self.error("SignatureDoesNotMatch", words))
            }
            let path = request.path.split(separator: "/").map(String.init)
            switch (request.method, path.dropFirst().first, path.dropFirst(3).first) {
            case ("GET", "hostedzonesbyname", nil): return self.zones(request)
            case ("GET", "hostedzone", nil): return .answer(200, body: Self.hostedZone)
            case ("GET", "hostedzone", "rrset"): return self.list(request, &state)
            case ("POST", "hostedzone", "rrset"): return self.make(request, &state)
            case ("GET", "change", nil): return self.poll(&state)
            case ("GET", "hostedzone", "dnssec"): return .answer(200, body: Self.dnssec(state))
            case ("POST", "hostedzone", "enable-dnssec"):
                state.signing = "SIGNING"
                return .answer(200, body: Self.changeInfo("PENDING"))
            default: return .answer(404, body: Self.error("NoSuchHostedZone", "No hosted zone found"))
            }
        }
    }

    private func isSigned(_ request: LoopbackRequest) -> Bool {
        let signature = SignatureV4(credentials: self.credentials, region: "us-east-1", service: "route53")
        let signed = SignatureV4.Request(
            method: request.method,
            path: request.path,
            query: request.rawQuery,
            host: request.header("Host") ?? "",
            contentType: request.header("Content-Type"),
            body: request.body
        )
        let fields = signature.fields(for: signed, at: testInstant)
        return fields.allSatisfy { request.header($0.name) == $0.value }
    }

    private func zones(_ request: LoopbackRequest) -> LoopbackReply {
        // "at or after": whoever asks for another zone gets ours as the first row.
        let rows = [("ZPRIVATE", "true"), (Self.identifier, "false")].map { id, isPrivate in
            "<HostedZone><Id>/hostedzone/\(id)</Id><Name>\(self.zone).</Name><CallerReference>1</CallerReference>"
                + "<Config><PrivateZone>\(isPrivate)</PrivateZone></Config></HostedZone>"
        }
        let list = "<HostedZones>\(rows.joined())</HostedZones><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>"
        return .answer(200, body: Self.document("ListHostedZonesByNameResponse", list))
    }

    private func list(_ request: LoopbackRequest, _ state: inout State) -> LoopbackReply {
        let key: (String, String) -> [String] = { name, type in
            name.split(separator: ".").reversed().map(String.init) + [type]
        }
        let sorted = state.sets.sorted { key($0.name, $0.type).lexicographicallyPrecedes(key($1.name, $1.type)) }
        let start = key(request.query["name"] ?? "", request.query["type"] ?? "")
        let from = sorted.drop { key($0.name, $0.type).lexicographicallyPrecedes(start) }
        // Pages of two, whatever is asked for.
        let (page, next) = (from.prefix(2), from.dropFirst(2).first)
        let end =
            next.map {
                "<IsTruncated>true</IsTruncated><NextRecordName>\($0.name)</NextRecordName>"
                    + "<NextRecordType>\($0.type)</NextRecordType>"
            } ?? "<IsTruncated>false</IsTruncated>"
        if let interference = state.interference {
            state.interference = nil
            state.sets.removeAll { $0.name == interference.name && $0.type == interference.type }
            state.sets.append(interference)
        }
        let rows = page.map { set in
            let values = set.values.map { "<ResourceRecord><Value>\(Self.escaped($0))</Value></ResourceRecord>" }
                .joined()
            let records = values.isEmpty ? "" : "<TTL>\(set.ttl)</TTL><ResourceRecords>\(values)</ResourceRecords>"
            return "<ResourceRecordSet><Name>\(set.name)</Name><Type>\(set.type)</Type>\(set.extra)\(records)"
                + "</ResourceRecordSet>"
        }
        let body = "<ResourceRecordSets>\(rows.joined())</ResourceRecordSets>\(end)<MaxItems>2</MaxItems>"
        return .answer(200, body: Self.document("ListResourceRecordSetsResponse", body))
    }

    private func make(_ request: LoopbackRequest, _ state: inout State) -> LoopbackReply {
        guard let document = Route53Element(document: request.body) else {
            return .answer(400, body: Self.error("InvalidInput", "Invalid XML"))
        }
        var sets = state.sets
        var messages: [String] = []
        for change in document["ChangeBatch"]?["Changes"]?.all("Change") ?? [] {
            guard let element = change["ResourceRecordSet"] else { continue }
            let set = Self.set(element)
            let place = "[name='\(set.name)', type='\(set.type)']"
            let index = sets.firstIndex { $0.name == set.name && $0.type == set.type }
            switch (change["Action"]?.text, index) {
            case ("CREATE", nil):
                let isAlias = set.type == "CNAME"
                if sets.contains(where: { $0.name == set.name && (isAlias || $0.type == "CNAME") }) {
                    messages.append(
                        "RRSet of type \(set.type) with DNS name \(set.name) is not permitted as it conflicts with other records with the same DNS name in zone \(self.zone)."
                    )
                }
                sets.append(set)
            case ("CREATE", .some):
                messages.append("Tried to create resource record set \(place) but it already exists")
            case ("DELETE", nil):
                messages.append("Tried to delete resource record set \(place) but it was not found")
            case ("DELETE", .some(let index)):
                let isSame = sets[index].ttl == set.ttl && sets[index].values.sorted() == set.values.sorted()
                if isSame {
                    sets.remove(at: index)
                } else {
                    messages.append(
                        "Tried to delete resource record set \(place) but the values provided do not match the current values"
                    )
                }
            default: return .answer(400, body: Self.error("InvalidInput", "Invalid action"))
            }
        }
        if !messages.isEmpty {
            return .answer(400, body: Self.invalidBatch(messages.joined(separator: ", ")))
        }
        state.sets = sets
        state.polls = 0
        return .answer(200, body: Self.changeInfo("PENDING"))
    }

    private func poll(_ state: inout State) -> LoopbackReply {
        state.polls += 1
        return .answer(200, body: Self.changeInfo(state.polls > self.pendingPolls ? "INSYNC" : "PENDING"))
    }

    private static func set(_ element: Route53Element) -> Set {
        Set(
            name: element["Name"]?.text ?? "",
            type: element["Type"]?.text ?? "",
            ttl: element["TTL"]?.text ?? "",
            values: element["ResourceRecords"]?.all("ResourceRecord").compactMap { $0["Value"]?.text } ?? []
        )
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing("\"", with: "&quot;")
    }

    private static func document(_ name: String, _ body: String) -> String {
        "<?xml version=\"1.0\"?>\n<\(name) xmlns=\"\(Route53Batch.namespace)\">\(body)</\(name)>"
    }

    private static func changeInfo(_ status: String) -> String {
        let info = "<Id>/change/C1</Id><Status>\(status)</Status><SubmittedAt>2026-01-02T03:04:05Z</SubmittedAt>"
        return Self.document("ChangeResourceRecordSetsResponse", "<ChangeInfo>\(info)</ChangeInfo>")
    }

    private static let hostedZone = Route53Double.document(
        "GetHostedZoneResponse",
        "<HostedZone><Id>/hostedzone/\(identifier)</Id></HostedZone><DelegationSet><NameServers>"
            + "<NameServer>ns-1.awsdns-01.com</NameServer><NameServer>ns-2.awsdns-02.net</NameServer>"
            + "</NameServers></DelegationSet>"
    )

    private static func dnssec(_ state: State) -> String {
        let digest = "B4C8C1FE2E7477127B27115656AD6256F424625BF5C1E2770CE6D6E37DF61D17"
        let key =
            "<KeySigningKey><Name>k</Name><KeyTag>55648</KeyTag><SigningAlgorithmType>13</SigningAlgorithmType>"
            + "<DigestAlgorithmType>2</DigestAlgorithmType><DigestValue>\(digest)</DigestValue><Status>ACTIVE</Status>"
            + "</KeySigningKey>"
        let status = "<Status><ServeSignature>\(state.signing)</ServeSignature></Status>"
        return Self.document(
            "GetDNSSECResponse",
            status + "<KeySigningKeys>\(state.hasKey ? key : "")</KeySigningKeys>"
        )
    }
}
