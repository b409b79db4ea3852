// Accounts (RFC 8555 §7.3).

import JOSE
import JSON
import OutboundHTTP
import Synchronization

extension ACMEClient {
    /// Makes an account, or gives the one that the key has already (RFC 8555 §7.3, §7.3.1).
    ///
    /// - Parameters:
    ///   - contacts: addresses such as `mailto:pki@example.org`; CAs may take none.
    ///   - agreesToTerms: whether the operator agrees to the CA's terms of service.
    ///   - externalKey: the key to bind the account with, for CAs that want one.
    /// - Throws: ``ACMEError``, with `.actionRequired` when terms or a binding are missing.
    public func createAccount(
        contacts: [String] = [],
        agreesToTerms: Bool,
        externalKey: ExternalAccountKey? = nil
    ) async throws -> ACMEAccount {
        let directory = try await self.directory()
        if let terms = directory.termsOfService, !agreesToTerms {
            throw ACMEError(
                .actionRequired,
                "the CA wants its terms of service agreed to: read \(terms.printable) and say so in the configuration"
            )
        }
        if directory.externalAccountRequired, externalKey == nil {
            let place = directory.website.map { " at \($0.printable)" } ?? ""
            throw ACMEError(
                .actionRequired,
                "the CA needs an external account binding: get a key ID and HMAC key from it\(place)"
            )
        }
        try await self.checkDoors([], isRenewal: false)
        let binding = externalKey.map { $0.binding(of: self.signer.webKey, url: directory.newAccount) }
        let payload = JSONValue.object(present: [
            "contact": contacts.isEmpty ? nil : .array(contacts.map { .string($0) }),
            "termsOfServiceAgreed": agreesToTerms ? true : nil,
            "externalAccountBinding": binding,
        ])
        return try await self.account(payload, at: directory.newAccount)
    }

    /// The account that the key has (RFC 8555 §7.3.1).
    ///
    /// - Throws: ``ACMEError`` with `.noSuchAccount` when it has none.
    public func findAccount() async throws -> ACMEAccount {
        try await self.account(["onlyReturnExisting": true], at: try await self.directory().newAccount)
    }

    private func account(_ payload: JSONValue, at url: String) async throws -> ACMEAccount {
        // Sent again, it finds the account that the first try made.
        let answer = try await self.post(SignedRequest(url: url, payload: payload, key: .newAccount))
        let account = try ACMEAccount(
            self.reader(answer, "an account"),
            url: self.location(answer, of: "the account"),
            isNew: answer.status == 201
        )
        self.state.withLock { $0.accountURL = account.url }
        return account
    }

    /// The account as the CA has it now.
    ///
    /// - Throws: ``ACMEError``.
    public func account() async throws -> ACMEAccount {
        try await self.changeAccount(nil)
    }

    /// Replaces the contacts (RFC 8555 §7.3.2).
    ///
    /// - Throws: ``ACMEError``.
    public func updateContacts(_ contacts: [String]) async throws -> ACMEAccount {
        try await self.changeAccount(["contact": .array(contacts.map { .string($0) })])
    }

    /// Gives the account up for ever (RFC 8555 §7.3.6).
    ///
    /// - Throws: ``ACMEError``.
    public func deactivateAccount() async throws -> ACMEAccount {
        try await self.changeAccount(["status": "deactivated"])
    }

    private func changeAccount(_ payload: JSONValue?) async throws -> ACMEAccount {
        let url = try await self.accountURL()
        let answer = try await self.post(SignedRequest(url: url, payload: payload))
        return try ACMEAccount(self.reader(answer, "an account"), url: url, isNew: false)
    }

    /// Exchanges the account's key for another (RFC 8555 §7.3.5); requests from now on are signed with the new one.
    ///
    /// Store the new key before, and keep the old one until this returns: after a crash, a client with the new key that
    /// finds the account tells that the exchange was made.
    ///
    /// - Throws: ``ACMEError``, with `.refused` when another account has the new key.
    public func changeKey(to newSigner: any AccountSigner) async throws {
        guard let url = try await self.directory().keyChange else {
            throw ACMEError(.unsupported, "the CA does not exchange keys of accounts (no keyChange in its directory)")
        }
        let payload: JSONValue = [
            "account": .string(try await self.accountURL()), "oldKey": self.signer.webKey.value,
        ]
        // "The inner JWS MUST have a "jwk" header parameter", "MUST have the same "url" header parameter as the outer JWS",
        // "MUST omit the "nonce" header parameter".
        let inner = try await JSONWebSignature.sign(
            payload.serialized,
            header: JWSHeader(
                algorithm: newSigner.algorithm,
                additional: [
                    JSONMember(name: "jwk", value: newSigner.webKey.value),
                    JSONMember(name: "url", value: .string(url)),
                ]
            ),
            key: newSigner.webKey.publicKey,
            signer: { _, bytes in try await newSigner.sign(bytes) }
        )
        // Sent again after it was made, it would be refused: the old key signs no more.
        _ = try await self.post(SignedRequest(url: url, payload: inner.flattened, isRepeatable: false))
        self.state.withLock { $0.signer = newSigner }
    }
}
