// One session with a token and the handles found through it; owned by one thread.

/// A session that is logged in.
///
/// Not Sendable: the thread that opened it is the only one that uses it.
final class TokenSession {
    let module: any Cryptoki
    let slot: SlotID
    let handle: SessionHandle
    /// The initialisation of the module that the handle belongs to.
    let epoch: Int
    let generation: Int
    private var privateKeys: [KeyReference: ObjectHandle] = [:]

    init(_ module: any Cryptoki, slot: SlotID, handle: SessionHandle, epoch: Int, generation: Int) {
        self.module = module
        self.slot = slot
        self.handle = handle
        self.epoch = epoch
        self.generation = generation
    }

    /// Signs with a private key of the token.
    func sign(_ data: [UInt8], key: KeyReference, mechanism: Mechanism) throws(SigningError) -> [UInt8] {
        let object = try self.privateKey(key)
        return try self.module.sign(session: self.handle, key: object, mechanism: mechanism, data: data)
    }

    /// Closes the session, unless the module has been initialised since: another session may have its number.
    func close() {
        guard self.epoch == self.module.usage.epoch else { return }
        // A session that cannot be closed is gone already, or its token is.
        try? self.module.closeSession(self.handle)
    }

    private func privateKey(_ key: KeyReference) throws(SigningError) -> ObjectHandle {
        if let object = self.privateKeys[key] { return object }
        do throws(SigningError) {
            let object = try self.find(.privateKey, label: key.label, id: key.id)
            self.privateKeys[key] = object
            return object
        } catch  where error.code == .keyNotFound {
            // A reference is made only for a key that the token has shown.
            throw SigningError(.keyVanished, "\(error.reason) any more")
        }
    }

    /// The one object of a class with this label and identifier.
    func find(_ objectClass: ObjectClass, label: String?, id: [UInt8]?) throws(SigningError) -> ObjectHandle {
        let found = try self.findAll(objectClass, label: label, id: id, limit: 2)
        let name = keyName(label: label, id: id)
        guard let object = found.first else {
            throw SigningError(.keyNotFound, "the token has no \(objectClass.text) with \(name)")
        }
        guard found.count == 1 else {
            throw SigningError(.keyAmbiguous, "the token has several \(objectClass.text)s with \(name)")
        }
        return object
    }

    func findAll(
        _ objectClass: ObjectClass,
        label: String?,
        id: [UInt8]?,
        limit: Int
    ) throws(SigningError) -> [ObjectHandle] {
        var template = [Attribute.class(objectClass), Attribute(.token, true)]
        if let label { template.append(Attribute(.label, label)) }
        if let id { template.append(Attribute(.id, id)) }
        return try self.module.findObjects(session: self.handle, template: template, limit: limit)
    }
}

extension ObjectClass {
    var text: String {
        switch self {
        case .publicKey: "public key"
        case .privateKey: "private key"
        }
    }
}

/// What names a key on its token, for people.
func keyName(label: String?, id: [UInt8]?) -> String {
    var parts: [String] = []
    if let label { parts.append("label \"\(label)\"") }
    if let id { parts.append("id \(id.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())") }
    return parts.isEmpty ? "any label" : parts.joined(separator: " and ")
}

/// A key pair by the names that its token knows it by.
struct KeyReference: Hashable, Sendable {
    let label: String
    let id: [UInt8]
}
