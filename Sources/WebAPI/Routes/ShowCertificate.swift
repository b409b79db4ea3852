// GET /v1/certificates/{serial}: a certificate with its status.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority

extension Route {
    /// Shows a certificate.
    static func showCertificate(_ authority: IssuingAuthority, _ chains: IssuerChains) -> Route {
        Route(
            .get,
            "/v1/certificates/{serial}",
            for: .holders(of: .read) { request, context, _ in
                let form = try CertificateForm.preferred(by: request)
                let issued = try await authority.certificate(try context.serialNumber())
                let document = CertificateDocument(
                    stored: issued.stored,
                    instant: authority.now,
                    chain: chains[issued.stored.issuer]
                )
                return document.response(.ok, as: form)
            }
        )
    }
}

extension ManagementContext {
    /// The serial number in the path.
    ///
    /// - Throws: `PKIXError` with `.malformed`.
    func serialNumber() throws -> SerialNumber {
        try SerialNumber(hexadecimal: self.parameters.get("serial") ?? "")
    }
}
