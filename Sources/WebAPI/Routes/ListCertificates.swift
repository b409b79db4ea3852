// GET /v1/certificates: a page of a listing, with filters.

import CertificateAuthority
import HTTPTypes
import Hummingbird
import PKIX
import RegistrationAuthority

extension Route {
    /// Lists certificates in the order of expiry.
    static func listCertificates(_ authority: IssuingAuthority) -> Route {
        Route(
            .get,
            "/v1/certificates",
            for: .holders(of: .read) { request, _, _ in
                let query = try CertificateQuery(request.uri.query, at: authority.now)
                let page = try await authority.certificates(query)
                var json = JSONWriter(capacity: 2_048 * (page.certificates.count + 1))
                json.object {
                    $0.name("certificates")
                    $0.array { json in
                        for stored in page.certificates {
                            CertificateDocument(stored: stored, instant: query.instant, chain: nil).write(into: &json)
                        }
                    }
                    $0.member("next", ifPresent: page.next?.description)
                }
                return .json(json)
            }
        )
    }
}

extension CertificateQuery {
    private static let parameters = ["status", "agent", "profile", "expiresBefore", "cursor", "limit"]

    /// Reads the parameters of a listing.
    ///
    /// - Throws: ``Problem`` with `.invalidQuery`, naming the parameter.
    init(_ query: String?, at instant: CertificateTime) throws(Problem) {
        let parameters = try QueryParameters(query, admitting: Self.parameters)
        let sizes = 1...CertificateAuthority.Budget.pageSize
        let limit = try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
            Int(text).flatMap { sizes.contains($0) ? $0 : nil }
        }
        self.init(at: instant, limit: limit ?? sizes.upperBound)
        let states = CertificateStatus.allCases.map(\.rawValue).joined(separator: ", ")
        self.status = try parameters.value("status", "must be one of \(states)", CertificateStatus.init(rawValue:))
        self.agent = parameters["agent"]?.lowercased()
        self.profile = parameters["profile"]
        self.expiresBefore = try parameters.value(
            "expiresBefore",
            "must be a time such as 2027-01-31T00:00:00Z",
            CertificateTime.init(timestamp:)
        )
        self.cursor = try parameters.value("cursor", "is not one that a listing gave") { try? CertificateCursor($0) }
    }
}
