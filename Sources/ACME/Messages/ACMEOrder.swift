// An order (RFC 8555 §7.1.3).

import JSON
public import PKIX

/// An order as the CA has it.
public struct ACMEOrder: Hashable, Sendable {
    /// The order's address.
    public let url: String
    /// `pending`, `ready`, `processing`, `valid` or `invalid`.
    public let status: ACMEStatus
    /// When the CA forgets it.
    public let expires: CertificateTime?
    /// What it is for.
    public let identifiers: [ACMEIdentifier]
    /// The addresses of the authorizations that it needs or needed.
    public let authorizations: [String]
    /// Where the certificate request goes.
    public let finalize: String
    /// Where the certificate is, once there is one.
    public let certificate: String?
    /// Why it failed.
    public let problem: ACMEProblem?
    /// The profile that the CA issues by.
    public let profile: String?
    /// The certificate that it replaces (RFC 9773 §5).
    public let replaces: String?

    init(_ reader: MessageReader, url: String) throws(ACMEError) {
        self.url = url
        self.status = ACMEStatus(rawValue: try reader.required("status"))
        self.expires = reader.time("expires")
        self.identifiers = try reader.list("identifiers").compactMap { ACMEIdentifier($0) }
        self.authorizations = try reader.urls("authorizations")
        self.finalize = try reader.requiredURL("finalize")
        self.certificate = try reader.url("certificate")
        self.problem = reader.problem("error")
        self.profile = reader.value["profile"]?.text
        self.replaces = reader.value["replaces"]?.text
    }

    /// Whether the order is for these identifiers and no others, in whatever order.
    func isFor(_ identifiers: [ACMEIdentifier]) -> Bool {
        Set(self.identifiers.map(\.comparable)) == Set(identifiers.map(\.comparable))
    }
}

extension ACMEIdentifier {
    /// A form in which two spellings of one address are equal.
    var comparable: String { self.alternativeName?.description ?? self.description }
}
