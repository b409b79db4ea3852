// Agent cards of the A2A protocol, versions 1.0 and 0.3: what an agent says of itself, checked before we serve it.
//
// True of every value: it has the members that its version requires, of the right kinds; its endpoints lie at the agent's
// host or below it; it is no larger than `Budget.cardBytes`. Its signatures are well-formed, and no more is known of them.
// Members that the specification does not know are kept: A2A 1.0 is ProtoJSON and grows by them.

public import JSON
public import PKIX

/// A version of the A2A protocol.
public enum AgentCardVersion: String, Hashable, Sendable, CaseIterable {
    /// The first stable version: `supportedInterfaces`.
    case v1 = "1.0"
    /// The last one before: `url` and `protocolVersion`.
    case v03 = "0.3"
}

/// What is wrong at one place of a card.
public struct AgentCardFinding: Hashable, Sendable, CustomStringConvertible {
    /// The member, such as `supportedInterfaces[0].url`; empty for the card itself.
    public let path: String
    /// What is wrong and what to do.
    public let rule: String

    /// Path and rule.
    public var description: String { self.path.isEmpty ? self.rule : "\(self.path): \(self.rule)" }
}

/// An agent card that was checked.
public struct AgentCard: Hashable, Sendable {
    /// How cards are checked.
    public struct Options: Hashable, Sendable {
        /// Whether endpoints may be `http` and `https` URLs of loopback, for trials on one machine.
        public let admitsLoopback: Bool

        /// Creates options.
        public init(admitsLoopback: Bool = false) {
            self.admitsLoopback = admitsLoopback
        }
    }

    /// The card as it was given, with its signatures.
    public let value: JSONValue
    /// The version; 1.0 for a card that serves both.
    public let version: AgentCardVersion
    /// The agent's host.
    public let host: HostName

    /// Reads a card.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidCard`, also for text that is not JSON, too long or too deep.
    public static func read(
        _ octets: [UInt8],
        for host: HostName,
        options: Options = Options()
    ) throws(RegistrationError) -> AgentCard {
        guard octets.count <= Budget.cardBytes else { throw Self.tooLarge() }
        let value: JSONValue
        do throws(JSONError) {
            let limits = JSONLimits(depth: Budget.cardDepth, members: Budget.cardMembers)
            value = try JSONReader.read(octets, within: limits)
        } catch {
            throw RegistrationError(.invalidCard, "the agent card: \(error.reason)")
        }
        return try self.validate(value, for: host, options: options)
    }

    /// Checks a card.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidCard`; the reason lists the findings, at most
    ///   ``Budget/cardFindings``.
    public static func validate(
        _ value: JSONValue,
        for host: HostName,
        options: Options = Options()
    ) throws(RegistrationError) -> AgentCard {
        var extent = JSONExtent(octets: Budget.cardBytes, depth: Budget.cardDepth)
        switch extent.measure(value) {
        case .withinBounds: break
        case .tooLarge: throw Self.tooLarge()
        case .tooDeep:
            throw RegistrationError(.invalidCard, "the agent card has more than \(Budget.cardDepth) levels")
        }
        var inspection = AgentCardInspection(host: host, options: options)
        let version = inspection.inspect(value)
        guard let version, inspection.count == 0 else {
            throw RegistrationError(.invalidCard, "the agent card is not valid: " + inspection.summary)
        }
        return AgentCard(value: value, version: version, host: host)
    }

    private static func tooLarge() -> RegistrationError {
        RegistrationError(.invalidCard, "the agent card has more than \(Budget.cardBytes) octets")
    }
}

extension AgentCard {
    /// The card without its signatures: what they are made over, before RFC 8785.
    public var unsigned: JSONValue { Self.removingSignatures(from: self.value) }

    /// A card without its member `signatures`; any other value as it is.
    public static func removingSignatures(from value: JSONValue) -> JSONValue {
        guard case .object(let members) = value else { return value }
        return .object(members.filter { !$0.name.utf8.elementsEqual("signatures".utf8) })
    }
}
