// A name held against subtrees. What a constraint says of a kind of name that is not known here refuses that name.

import PKIX
import SwiftASN1
import X509

/// A name of a certificate.
struct ConstrainedName {
    let name: GeneralName

    /// The names of a certificate that constraints speak of.
    ///
    /// RFC 5280 §4.2.1.10: "When a restriction is imposed on rfc822Name and the certificate has no rfc822Name", it is applied
    /// to the subject's emailAddress.
    static func all(of certificate: PathCertificate, under constraints: NameConstraints) -> [ConstrainedName] {
        var names = certificate.extensions.subjectAlternativeNames.map { Array($0) } ?? []
        let restrictsMail = (constraints.permittedSubtrees + constraints.excludedSubtrees).contains(where: \.isMail)
        if restrictsMail, !names.contains(where: \.isMail) {
            names += certificate.fields.subject.joined().compactMap { attribute in
                attribute.type == .RDNAttributeType.emailAddress
                    ? String(attribute.value).map(GeneralName.rfc822Name) : nil
            }
        }
        if !certificate.fields.subject.isEmpty { names.append(.directoryName(certificate.fields.subject)) }
        return names.map(ConstrainedName.init)
    }

    /// Why the name is not admitted; nil when it is.
    func refusal(by constraints: NameConstraints) -> String? {
        for subtree in constraints.excludedSubtrees where subtree.hasKind(of: self.name) {
            if self.relation(to: subtree) != .outside { return "\(self.text) is excluded" }
        }
        let permitted = constraints.permittedSubtrees.filter { $0.hasKind(of: self.name) }
        if permitted.isEmpty || permitted.contains(where: { self.relation(to: $0) == .within }) { return nil }
        return "\(self.text) is not among the names permitted"
    }

    /// How a name lies to a subtree.
    enum Relation {
        case within
        case outside
        /// It may be both, or cannot be told: a wildcard, a malformed name or subtree, an unknown kind.
        case undecided
    }

    private func relation(to subtree: GeneralName) -> Relation {
        switch (self.name, subtree) {
        case (.dnsName(let name), .dnsName(let subtree)): DNSSubtree(subtree)?.relation(of: name) ?? .undecided
        case (.ipAddress(let name), .ipAddress(let subtree)):
            AddressSubtree(Array(subtree.bytes))?.relation(of: Array(name.bytes)) ?? .undecided
        case (.rfc822Name(let name), .rfc822Name(let subtree)): MailSubtree(subtree)?.relation(of: name) ?? .undecided
        case (.uniformResourceIdentifier(let name), .uniformResourceIdentifier(let subtree)):
            URISubtree(subtree)?.relation(of: name) ?? .undecided
        case (.directoryName(let name), .directoryName(let subtree)):
            NormalizedName(name).isWithin(NormalizedName(subtree)) ? .within : .outside
        // RFC 5280 §4.2.1.10: an application that cannot process a constraint "MUST reject the certificate" with such a name.
        default: .undecided
        }
    }

    private var text: String { "the name \("\(self.name)".printable(120))" }
}

extension GeneralName {
    fileprivate var isMail: Bool { if case .rfc822Name = self { true } else { false } }

    fileprivate func hasKind(of other: GeneralName) -> Bool {
        switch (self, other) {
        case (.dnsName, .dnsName), (.ipAddress, .ipAddress), (.rfc822Name, .rfc822Name),
            (.uniformResourceIdentifier, .uniformResourceIdentifier), (.directoryName, .directoryName),
            (.otherName, .otherName), (.x400Address, .x400Address), (.ediPartyName, .ediPartyName),
            (.registeredID, .registeredID):
            true
        default: false
        }
    }
}
