import SwiftASN1
import X509

extension Lint {
    /// A TLS certificate's common name is one of its names.
    static let tlsCommonNameIsAnAlternativeName = Lint(
        "tls_common_name_is_an_alternative_name",
        citation: "BR §7.1.4.3: \"this attribute MUST contain exactly one entry that is one of the values contained "
            + "in the Certificate's `subjectAltName` extension\"",
        severity: .error
    ) { certificate in
        guard certificate.role == .tls else { return nil }
        let names = certificate.decoded.subjectAlternativeNames ?? SubjectAlternativeNames()
        let broken = certificate.firstSubjectAttribute { attribute in
            guard attribute.type == .RDNAttributeType.commonName else { return false }
            return !names.contains { name in
                switch name {
                case .dnsName(let host): attribute.content.elementsEqual(host.utf8)
                case .ipAddress(let octets): attribute.content.elementsEqual(IPAddress.text(of: octets.bytes).utf8)
                default: false
                }
            }
        }
        return broken == nil ? nil : "the common name is none of the names in subjectAltName"
    }
}
