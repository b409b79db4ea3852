// Key pairs made on the token: sensitive, not extractable, for signatures only.

import PKIX

/// A key pair to make.
struct KeyGeneration: Sendable {
    let type: KeyType
    let reference: KeyReference

    init(type: KeyType, label: String, id: [UInt8]) throws(SigningError) {
        switch type {
        case .p256, .p384, .ed25519, .rsa(bits: 3_072), .rsa(bits: 4_096): break
        case .rsa:
            throw SigningError(.unsupportedKey, "\(type) keys are not generated: RSA-3072 and RSA-4096 are")
        }
        guard (1...Budget.keyLabelBytes).contains(label.utf8.count), !label.utf8.contains(0) else {
            throw SigningError(.unsupportedKey, "a key's label must have 1 to \(Budget.keyLabelBytes) octets")
        }
        guard (1...Budget.keyIdentifierBytes).contains(id.count) else {
            throw SigningError(.unsupportedKey, "a key's id must have 1 to \(Budget.keyIdentifierBytes) octets")
        }
        self.type = type
        self.reference = KeyReference(label: label, id: id)
    }

    /// Makes the pair.
    ///
    /// A pair of these names is refused, except on a further attempt: then it is the one that the first attempt made
    /// before its answer was lost.
    func run(in session: TokenSession, attempt: Int) throws(SigningError) {
        if try self.exists(in: session) {
            if attempt > 0, try self.isComplete(in: session) { return }
            let name = keyName(label: self.reference.label, id: self.reference.id)
            throw SigningError(.keyExists, "the token has a key with \(name) already: keys are never overwritten")
        }
        // Object creation needs a read-write session; those of the pool are read-only.
        let handle = try session.module.openSession(slot: session.slot, readWrite: true)
        // Closing cannot undo what has been made, and a failure to close shows at the next call.
        defer { try? session.module.closeSession(handle) }
        try self.generate(session.module, in: handle)
    }

    /// Whether a key, private or public, has the label, or the identifier.
    private func exists(in session: TokenSession) throws(SigningError) -> Bool {
        for objectClass in [ObjectClass.privateKey, .publicKey] {
            if try !session.findAll(objectClass, label: self.reference.label, id: nil, limit: 1).isEmpty { return true }
            if try !session.findAll(objectClass, label: nil, id: self.reference.id, limit: 1).isEmpty { return true }
        }
        return false
    }

    private func isComplete(in session: TokenSession) throws(SigningError) -> Bool {
        for objectClass in [ObjectClass.privateKey, .publicKey] {
            let found = try session.findAll(
                objectClass,
                label: self.reference.label,
                id: self.reference.id,
                limit: 2
            )
            if found.count != 1 { return false }
        }
        return true
    }

    private func generate(_ module: any Cryptoki, in session: SessionHandle) throws(SigningError) {
        let variants = self.variants
        for (index, variant) in variants.enumerated() {
            do {
                _ = try module.generateKeyPair(
                    session: session,
                    mechanism: self.mechanism,
                    publicTemplate: self.publicTemplate + variant.parameters,
                    privateTemplate: self.privateTemplate + variant.denials
                )
                return
            } catch let error where index + 1 < variants.count && Self.refusesTemplate(error) {
                continue
            }
        }
    }

    /// Every way to ask for the key, the strictest first: modules differ in how they name curves, and some refuse
    /// attributes for uses that they do not have.
    private var variants: [(parameters: [Attribute], denials: [Attribute])] {
        let denials = [Attribute(.derive, false), Attribute(.signRecover, false)]
        return [denials, []].flatMap { denials in self.parameters.map { ($0, denials) } }
    }

    private static func refusesTemplate(_ error: SigningError) -> Bool {
        switch error.returnValue {
        case .curveNotSupported, .domainParamsInvalid: true
        case .attributeTypeInvalid, .attributeValueInvalid, .templateInconsistent: true
        default: false
        }
    }

    private var mechanism: Mechanism {
        switch self.type {
        case .p256, .p384: .ecKeyPairGeneration
        case .ed25519: .edwardsKeyPairGeneration
        case .rsa: .rsaKeyPairGeneration
        }
    }

    /// What says the curve or the size, in each way to say it, the likelier first.
    private var parameters: [[Attribute]] {
        switch self.type {
        case .p256: [[Attribute(.ecParameters, ECParameters.p256)]]
        case .p384: [[Attribute(.ecParameters, ECParameters.p384)]]
        case .ed25519: ECParameters.ed25519.map { [Attribute(.ecParameters, $0)] }
        case .rsa(let bits):
            [[Attribute(.modulusBits, UInt(bits)), Attribute(.publicExponent, [0x01, 0x00, 0x01])]]
        }
    }

    private var names: [Attribute] {
        [Attribute(.token, true), Attribute(.label, self.reference.label), Attribute(.id, self.reference.id)]
    }

    private var publicTemplate: [Attribute] {
        var template = self.names + [Attribute(.private, false), Attribute(.verify, true)]
        if case .rsa = self.type { template += [Attribute(.encrypt, false), Attribute(.wrap, false)] }
        return template
    }

    private var privateTemplate: [Attribute] {
        var template = self.names
        template += [Attribute(.private, true), Attribute(.sensitive, true), Attribute(.extractable, false)]
        template += [Attribute(.sign, true), Attribute(.decrypt, false), Attribute(.unwrap, false)]
        return template
    }
}

/// The values of CKA_EC_PARAMS.
enum ECParameters {
    /// OBJECT IDENTIFIER 1.2.840.10045.3.1.7.
    static let p256: [UInt8] = [0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
    /// OBJECT IDENTIFIER 1.3.132.0.34.
    static let p384: [UInt8] = [0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22]
    /// PrintableString "edwards25519" (PKCS#11 3.0 §6.3.3), OBJECT IDENTIFIER 1.3.101.112 (3.1), and that of GnuPG.
    static let ed25519: [[UInt8]] = [
        [0x13, 0x0C] + Array("edwards25519".utf8),
        [0x06, 0x03, 0x2B, 0x65, 0x70],
        [0x06, 0x09, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01],
    ]
}
