// What DNS has, beside what an agent's registration asks for (ANS API, `DnsVerificationError`).
//
// Versions of an agent share owner names, and owners put records of their own beside ours: a record counts as incorrect only
// when one that is meant to be it says something else; otherwise it is missing.

public import DNS
public import JSON

/// A record that is there and says something else.
public struct IncorrectRecord: Hashable, Sendable {
    /// The record that was expected.
    public let record: ProvisionedRecord
    /// What was found in its place, as ``DNS/RecordData/agentValue``.
    public let found: String
    /// What was expected.
    public let expected: String

    /// The finding as the API shows it.
    public var json: JSONValue {
        .object([
            JSONMember(name: "record", value: self.record.json),
            JSONMember(name: "found", value: .string(self.found)),
            JSONMember(name: "expected", value: .string(self.expected)),
        ])
    }
}

/// The result of comparing what is expected with what was found.
public struct RecordComparison: Hashable, Sendable {
    /// Records that are there, in their form or an accepted one.
    public private(set) var present: [ProvisionedRecord] = []
    /// Records that are not there.
    public private(set) var missingRecords: [ProvisionedRecord] = []
    /// Records that say something else.
    public private(set) var incorrectRecords: [IncorrectRecord] = []

    /// Compares; TTLs do not matter.
    ///
    /// - Parameters:
    ///   - expected: the records of ``AgentRecords``.
    ///   - found: what DNS has at ``questions(for:)``, in any order; other records are passed over.
    public static func compare(expected: [ProvisionedRecord], found: [ResourceRecord]) -> RecordComparison {
        var result = RecordComparison()
        for record in expected {
            switch RecordMatch.match(record.record, in: found, beside: expected.map(\.record)) {
            case .present: result.present.append(record)
            case .missing: result.missingRecords.append(record)
            case .incorrect(let data):
                result.incorrectRecords.append(
                    IncorrectRecord(
                        record: record,
                        found: data.type == .cname ? "CNAME \(data.agentValue)" : data.agentValue,
                        expected: record.record.data.agentValue
                    )
                )
            }
        }
        return result
    }

    /// Whether nothing stands in the way of activation.
    ///
    /// - Parameter isSigned: whether the answers were authenticated by DNSSEC: a TLSA record that names another certificate then
    ///   blocks, though it is not required.
    public func isSatisfied(inSignedZone isSigned: Bool) -> Bool {
        !self.missingRecords.contains(where: \.required)
            && !self.incorrectRecords.contains {
                $0.record.required || (isSigned && $0.record.record.data.type == .tlsa)
            }
    }

    /// `missingRecords` and `incorrectRecords` as members of the API's answer.
    public var json: [JSONMember] {
        [
            JSONMember(name: "missingRecords", value: .array(self.missingRecords.map(\.json))),
            JSONMember(name: "incorrectRecords", value: .array(self.incorrectRecords.map(\.json))),
        ]
    }
}

/// A name and a type to ask DNS for.
public struct RecordQuestion: Hashable, Sendable {
    /// The owner.
    public let name: DomainName
    /// The type.
    public let type: RecordType

    /// Creates a question.
    public init(name: DomainName, type: RecordType) {
        self.name = name
        self.type = type
    }
}

extension RecordComparison {
    /// What to ask DNS for before comparing: each owner and type once, the badge's older name, and CNAME where one would rule
    /// out service bindings.
    public static func questions(for expected: [ProvisionedRecord]) -> [RecordQuestion] {
        var questions: [RecordQuestion] = []
        for record in expected.map(\.record) {
            var some = [RecordQuestion(name: record.name, type: record.data.type)]
            if let older = RecordMatch.olderBadge(of: record.name) {
                some.append(RecordQuestion(name: older, type: .txt))
            }
            if [.svcb, .https].contains(record.data.type) {
                some.append(RecordQuestion(name: record.name, type: .cname))
            }
            for question in some where !questions.contains(question) { questions.append(question) }
        }
        return questions
    }
}
