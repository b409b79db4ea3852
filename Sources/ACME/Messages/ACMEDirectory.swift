// The directory of a CA (RFC 8555 §7.1.1), with renewal information (RFC 9773 §3) and profiles (draft-ietf-acme-profiles).

import JSON

/// Where a CA takes requests, and what it wants to be known.
public struct ACMEDirectory: Hashable, Sendable {
    /// `newNonce`.
    public let newNonce: String
    /// `newAccount`.
    public let newAccount: String
    /// `newOrder`.
    public let newOrder: String
    /// `newAuthz`; nil when the CA takes no authorizations ahead of orders.
    public let newAuthorization: String?
    /// `revokeCert`.
    public let revokeCertificate: String?
    /// `keyChange`.
    public let keyChange: String?
    /// `renewalInfo`; nil when the CA does not say when to renew.
    public let renewalInfo: String?
    /// `meta.termsOfService`.
    public let termsOfService: String?
    /// `meta.website`.
    public let website: String?
    /// `meta.caaIdentities`: what CAA records name the CA by.
    public let caaIdentities: [String]
    /// `meta.externalAccountRequired`.
    public let externalAccountRequired: Bool
    /// `meta.profiles`: name and description of each; empty when the CA has none.
    public let profiles: [String: String]

    init(_ reader: MessageReader) throws(ACMEError) {
        self.newNonce = try reader.requiredURL("newNonce")
        self.newAccount = try reader.requiredURL("newAccount")
        self.newOrder = try reader.requiredURL("newOrder")
        self.newAuthorization = try reader.url("newAuthz")
        self.revokeCertificate = try reader.url("revokeCert")
        self.keyChange = try reader.url("keyChange")
        self.renewalInfo = try reader.url("renewalInfo")
        let meta = reader.value["meta"]
        self.termsOfService = meta?["termsOfService"]?.text
        self.website = meta?["website"]?.text
        self.externalAccountRequired = meta?["externalAccountRequired"] == .boolean(true)
        self.caaIdentities =
            if case .array(let items) = meta?["caaIdentities"] { items.compactMap(\.text) } else { [] }
        guard case .object(let members) = meta?["profiles"] else {
            self.profiles = [:]
            return
        }
        self.profiles = Dictionary(members.map { ($0.name, $0.value.text ?? "") }) { first, _ in first }
    }
}
