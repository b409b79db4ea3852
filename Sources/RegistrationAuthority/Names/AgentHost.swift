// The host of an agent: a lower-case FQDN of at least two LDH labels (ANS-2; RFC 1035 §2.3.1, RFC 1123 §2.1).

public import DNS
import JSON
public import PKIX

/// The host that an agent answers at, and that its name ends in.
///
/// True of every value: lower case, no final dot, at least two labels, the last not a number, internationalised labels in
/// their A-label form, and short enough for the owner names that we put before it (`_acme-challenge.`).
public struct AgentHost: Hashable, Sendable {
    /// The name as certificates carry it.
    public let hostName: HostName
    /// The name as DNS knows it.
    public let domainName: DomainName

    /// Reads a host that is written as ANS asks: what a registration must have.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidAgentName`; for upper case and for internationalised names the reason
    ///   tells how to write it.
    public init(_ text: String) throws(RegistrationError) {
        guard text.utf8.count <= Budget.nameTextBytes else {
            throw Self.error("a host of \(text.utf8.count) octets")
        }
        try Self.checkSpelling(text)
        do throws(PKIXError) {
            self.hostName = try HostName(text)
        } catch {
            throw Self.error(error.reason)
        }
        guard self.hostName.labelCount >= 2 else {
            throw Self.error("'\(text)' has one label; at least two are needed, such as 'agent.example.com'")
        }
        let longest = PKIX.Budget.hostNameBytes - Budget.ownerPrefixBytes
        guard text.utf8.count <= longest else {
            throw Self.error(
                "a host of \(text.utf8.count) octets; at most \(longest) leave room for '_acme-challenge.' before it"
            )
        }
        do throws(DNSError) {
            self.domainName = try DomainName(text)
        } catch {
            throw Self.error(error.reason)
        }
    }

    /// Reads a host as people write it.
    ///
    /// RFC 4343 §2: "Domain Name System (DNS) names are 'case insensitive'", and RFC 1034 §3.1 lets the final dot be
    /// written. U-labels are not converted: which A-label is meant is for the caller to say (RFC 5891 §4).
    ///
    /// - Throws: as ``init(_:)``.
    public init(canonicalizing text: String) throws(RegistrationError) {
        guard text.utf8.count <= Budget.nameTextBytes, text.utf8.allSatisfy({ $0 < 0x80 }) else {
            try self.init(text)
            return
        }
        let absolute = text.hasSuffix(".") ? String(text.dropLast()) : text
        try self.init(absolute.lowercased())
    }

    private static func checkSpelling(_ text: String) throws(RegistrationError) {
        if text.utf8.contains(where: { $0 >= 0x80 }) {
            guard let ascii = InternationalLabel.asciiHost(of: text) else {
                throw self.error(
                    "it has characters other than a-z, 0-9 and '-'; write internationalised labels as xn--…"
                )
            }
            throw self.error("internationalised labels stand in their A-label form; write '\(ascii)'")
        }
        if text.utf8.contains(where: { (0x41...0x5A).contains($0) }) {
            throw self.error("it stands in lower case; write '\(text.lowercased().quotedForDetail)'")
        }
        if text.hasSuffix("."), text.utf8.count > 1 {
            throw self.error("it stands without the final dot; write '\(text.dropLast())'")
        }
    }

    private static func error(_ reason: String) -> RegistrationError {
        RegistrationError(.invalidAgentName, "agentHost: " + reason)
    }
}

extension AgentHost: CustomStringConvertible {
    /// The host in lower case without the final dot.
    public var description: String { self.hostName.description }

    /// The labels, leftmost first.
    public var labels: [String] { self.description.split(separator: ".").map(String.init) }
}
