// DID documents (W3C DID 1.0) as far as proofs of control need them: the keys of `assertionMethod`.

import JOSE
import JSON
import PKIX
import X509

/// A key by which control of a DID can be proven.
struct VerificationMethod: Hashable, Sendable {
    /// Its id, absolute: the DID, `#` and a fragment.
    let id: String
    /// The method as it was published.
    let value: JSONValue
    /// The key.
    let publicKey: Certificate.PublicKey

    /// The one method of a did:key.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidDID`.
    init(multibase: String) throws(RegistrationError) {
        let did = "did:key:\(multibase)"
        self.id = "\(did)#\(multibase)"
        self.publicKey = try Multikey(multibase: multibase).publicKey
        self.value = [
            "id": .string(self.id), "type": "Multikey", "controller": .string(did),
            "publicKeyMultibase": .string(multibase),
        ]
    }

    /// A method of the document of a DID.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidVerificationMethod`.
    fileprivate init(_ value: JSONValue, of did: String) throws(RegistrationError) {
        guard let id = value["id"]?.text.map({ DIDDocument.absolute($0, did) }), id.hasPrefix("\(did)#") else {
            throw Self.error("a verification method has no id within \(did)")
        }
        self.id = id
        self.value = value
        // A method that another DID controls proves that one's control, not this one's.
        if let controller = value["controller"], controller.text != did {
            throw Self.error("'\(id.quotedForDetail)' has another controller than \(did)")
        }
        self.publicKey = try Self.publicKey(value, id)
        guard JWSAlgorithm.ofIdentityProofs.contains(where: { $0.suits(self.publicKey) }) else {
            throw Self.error("'\(id.quotedForDetail)' has a key that is not Ed25519, P-256 or RSA of 2048 bits or more")
        }
        // Under a point of small order anybody can make a signature.
        guard !JWSAlgorithm.edDSA.suits(self.publicKey) || (try? SubjectPublicKey(self.publicKey)) != nil else {
            throw Self.error("'\(id.quotedForDetail)' is a point of small order, which proves nothing")
        }
    }

    private static func publicKey(_ value: JSONValue, _ id: String) throws(RegistrationError) -> Certificate.PublicKey {
        switch (value["publicKeyJwk"], value["publicKeyMultibase"]?.text) {
        case (let jwk?, nil):
            do { return try JSONWebKey(jwk).publicKey } catch {
                throw self.error("publicKeyJwk of '\(id.quotedForDetail)': \(error.reason)")
            }
        case (nil, let multibase?):
            do { return try Multikey(multibase: multibase).publicKey } catch {
                throw self.error("'\(id.quotedForDetail)': \(error.reason)")
            }
        default:
            throw self.error("'\(id.quotedForDetail)' needs publicKeyJwk or publicKeyMultibase, and not both")
        }
    }

    static func error(_ reason: String) -> RegistrationError { RegistrationError(.invalidVerificationMethod, reason) }
}

/// A DID document.
struct DIDDocument: Sendable {
    private let did: String
    private let assertions: [JSONValue]
    private let methods: [JSONValue]

    /// Reads the document of a DID.
    ///
    /// - Throws: ``RegistrationError``: `.didNotResolved` for what is no DID document, `.didDocumentMismatch` for that of another.
    init(_ octets: [UInt8], of did: String) throws(RegistrationError) {
        let value: JSONValue
        do { value = try JSONReader.read(octets, within: Budget.didDocumentLimits) } catch {
            throw RegistrationError(.didNotResolved, "the DID document: \(error.reason)")
        }
        guard value["id"]?.text == did else {
            throw RegistrationError(.didDocumentMismatch, "the document's id is not \(did)")
        }
        self.did = did
        self.assertions = try Self.list("assertionMethod", of: value)
        self.methods = try Self.list("verificationMethod", of: value)
    }

    /// The methods that are usable, in the document's order: what is not is passed over.
    var usable: [VerificationMethod] {
        self.assertions.compactMap { self.dereferenced($0) }.compactMap { try? VerificationMethod($0, of: self.did) }
    }

    /// The method with an id, which must be one of `assertionMethod`.
    ///
    /// - Throws: ``RegistrationError`` with `.invalidVerificationMethod`.
    func method(_ id: String) throws(RegistrationError) -> VerificationMethod {
        for entry in self.assertions {
            let name = entry.text ?? entry["id"]?.text
            guard let name, Self.absolute(name, self.did) == id, let value = self.dereferenced(entry) else { continue }
            return try VerificationMethod(value, of: self.did)
        }
        throw VerificationMethod.error("kid '\(id.quotedForDetail)' is no assertionMethod of \(self.did)")
    }

    /// An entry of a relationship: a method, or the reference to one (DID 1.0 §5.3).
    private func dereferenced(_ entry: JSONValue) -> JSONValue? {
        guard let reference = entry.text.map({ Self.absolute($0, self.did) }) else { return entry }
        return self.methods.first { $0["id"]?.text.map { Self.absolute($0, self.did) } == reference }
    }

    /// A DID URL; a relative one is of this DID (DID 1.0 §3.2.2).
    fileprivate static func absolute(_ text: String, _ did: String) -> String {
        text.hasPrefix("#") ? did + text : text
    }

    private static func list(_ name: String, of value: JSONValue) throws(RegistrationError) -> [JSONValue] {
        guard let member = value[name] else { return [] }
        guard case .array(let values) = member, values.count <= Budget.verificationMethods else {
            throw RegistrationError(
                .didNotResolved,
                "'\(name)' of the DID document must be a list of at most \(Budget.verificationMethods)"
            )
        }
        return values
    }
}

extension JWSAlgorithm {
    /// The algorithms of proofs of control (ANS API, `VerifyControlRequest`); Ed25519 is the name that RFC 9864 gives EdDSA.
    static let ofIdentityProofs: Set<JWSAlgorithm> = [.edDSA, .ed25519, .es256, .rs256]
}
