import X509

extension Lint {
    /// Names are of the kinds whose control we check.
    static let alternativeNamesAreOfCheckedKinds = Lint(
        "alternative_names_are_of_checked_kinds",
        citation: "Signet: control is proven of hosts, addresses and agents; BR §7.1.2.7.12 permits no "
            + "`rfc822Name`, `directoryName` or others",
        severity: .error
    ) { certificate in
        for name in certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames() {
            switch name {
            case .dnsName, .ipAddress, .uniformResourceIdentifier: continue
            default: return "subjectAltName has a name that is no dNSName, iPAddress or uniformResourceIdentifier"
            }
        }
        return nil
    }
}
