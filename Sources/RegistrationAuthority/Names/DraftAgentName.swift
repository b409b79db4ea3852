// Names of the older draft (draft-narajala-ans-00): protocol://AgentID.agentCapability.Provider.vVersion.Extension.
// The resolver finds agents by them; none is registered.

import JSON
import PKIX

/// A name in the older draft's form.
///
/// ```
/// a2a://textProcessor.DocumentTranslation.AcmeCorp.v2.1.hipaa
/// ```
public struct DraftAgentName: Hashable, Sendable {
    /// The protocol in lower case, such as `a2a`.
    public let protocolName: String
    /// The agent's id.
    public let agentID: String
    /// What the agent can do.
    public let capability: String
    /// Who provides it: one or more labels.
    public let provider: String
    /// The version; the third number is zero when the name has two.
    public let version: AgentVersion
    /// Whether the name has the third number.
    public let hasPatch: Bool
    /// The rest: one or more labels, or nothing.
    public let suffix: String
    /// The name as it was written.
    public let description: String

    /// Reads a name.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`.
    public init(_ text: String) throws(RegistrationError) {
        guard text.utf8.count <= PKIX.Budget.uriBytes, let separator = text.firstRange(of: "://") else {
            throw Self.error(text)
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        let labels = text[separator.upperBound...].split(separator: ".", omittingEmptySubsequences: false)
        guard Self.isLabel(scheme), scheme != "ans", labels.allSatisfy({ Self.isLabel($0) }),
            let at = labels.indices.first(where: { $0 >= 3 && Self.major(labels[$0]) != nil }),
            let major = Self.major(labels[at])
        else {
            throw Self.error(text)
        }
        let numbers = labels[(at + 1)...].prefix(2).map { AgentVersion.number($0.utf8) }.prefix { $0 != nil }
        guard let minor = numbers.first ?? nil else { throw Self.error(text) }
        self.protocolName = scheme
        self.agentID = String(labels[0])
        self.capability = String(labels[1])
        self.provider = labels[2..<at].joined(separator: ".")
        self.version = AgentVersion(major, minor, (numbers.count == 2 ? numbers[1] : nil) ?? 0)
        self.hasPatch = numbers.count == 2
        self.suffix = labels[(at + 1 + numbers.count)...].joined(separator: ".")
        self.description = text
    }

    /// `v` and a number.
    private static func major(_ label: Substring) -> UInt32? {
        label.utf8.first == UInt8(ascii: "v") ? AgentVersion.number(label.utf8.dropFirst()) : nil
    }

    private static func isLabel(_ text: some StringProtocol) -> Bool {
        (1...63).contains(text.utf8.count)
            && text.utf8.allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    private static func error(_ text: String) -> RegistrationError {
        RegistrationError(
            .invalidAgentName,
            "'\(text.quotedForDetail)' is neither 'ans://vX.Y.Z.host' nor of the older form "
                + "'protocol://AgentID.capability.Provider.vX.Y.extension'"
        )
    }
}

extension DraftAgentName: CustomStringConvertible {}
