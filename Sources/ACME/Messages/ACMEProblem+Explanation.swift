// What the owner of an agent reads: what to change, and then the CA's own words (RFC 8555 §6.7 for the types).

extension ACMEProblem {
    /// What is wrong and what to do, with the CA's words and those about single names.
    public var explanation: String {
        let subject = self.identifier.map { " for \($0.value.printable)" } ?? ""
        var text = (Self.advice[self.kind ?? ""] ?? "the CA refused") + subject
        if !self.detail.isEmpty { text += "; the CA says: \(self.detail)" }
        if self.kind == nil { text += " (\(self.type))" }
        if let instance = self.instance { text += "; see \(instance)" }
        let parts = self.subproblems.map(\.explanation)
        return parts.isEmpty ? text : text + "; in particular: " + parts.joined(separator: "; ")
    }

    private static let advice = [
        "accountDoesNotExist": "the CA has no account of this key: create one",
        "alreadyReplaced": "the certificate to be replaced was replaced by another order already",
        "alreadyRevoked": "the certificate is revoked already",
        "badCSR": "the CA does not take the certificate request: its key, names or signature",
        "badNonce": "the CA rejected a nonce",
        "badPublicKey": "the CA does not take this public key",
        "badRevocationReason": "the CA does not take this reason of revocation",
        "badSignatureAlgorithm": "the CA does not take signatures of this algorithm: use an ES256 account key",
        "caa": "a CAA record in DNS forbids this CA to issue: add one that names it, or remove the record",
        "compound": "several things are wrong",
        "connection": "the CA could not connect to the host to validate it: open the port, check the address records",
        "conflict": "the key belongs to another account",
        "dns": "the CA's DNS query failed: check that the zone answers, and its DNSSEC signatures",
        "externalAccountRequired": "the CA needs an external account binding: get a key ID and HMAC key from it",
        "incorrectResponse": "the CA found another answer to its challenge than it was to find",
        "invalidContact": "the CA does not take a contact address",
        "invalidProfile": "the CA has no such certificate profile",
        "malformed": "the CA could not read the request",
        "orderNotReady": "the order cannot be finalized yet",
        "rateLimited": "a rate limit of the CA is reached",
        "rejectedIdentifier": "the CA does not issue for this name",
        "serverInternal": "the CA failed internally",
        "tls": "the CA met a TLS error when it validated the host",
        "unauthorized": "the CA could not validate control of the name, or the account may not do this",
        "unsupportedContact": "the CA does not take contact addresses of this kind",
        "unsupportedIdentifier": "the CA does not issue for identifiers of this type",
        "userActionRequired": "the CA wants a person to act first: mostly to agree to new terms of service",
    ]
}
