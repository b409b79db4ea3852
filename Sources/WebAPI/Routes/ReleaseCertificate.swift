// POST /v1/certificates/{serial}/release: the end of a hold (RFC 5280 §5.3.1). To release again changes nothing.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority

extension Route {
    /// Releases a certificate from hold: → 200 with the certificate's state.
    ///
    /// Not for those who may revoke their own only: a hold that an operator has set is the operator's to end.
    static func releaseCertificate(_ authority: IssuingAuthority, _ chains: IssuerChains) -> Route {
        Route(
            .post,
            "/v1/certificates/{serial}/release",
            for: .holders(of: .revoke) { request, context, principal in
                let form = try CertificateForm.preferred(by: request)
                let stored = try await authority.release(
                    try context.serialNumber(),
                    for: Requester(principal, context)
                )
                let document = CertificateDocument(
                    stored: stored,
                    instant: authority.now,
                    chain: chains[stored.issuer]
                )
                return document.response(.ok, as: form)
            }
        )
    }
}
