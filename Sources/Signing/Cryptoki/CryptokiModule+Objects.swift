// Objects and signatures of a loaded module.

internal import CPKCS11

extension CryptokiModule {
    /// The objects that match a template.
    public func findObjects(
        session: SessionHandle,
        template: [Attribute],
        limit: Int
    ) throws(SigningError) -> [ObjectHandle] {
        try self.check("C_FindObjectsInit", self.functions.list.C_FindObjectsInit) { function in
            withTemplate(template) { function(session.rawValue, $0, $1) }
        }
        var found = [CK_OBJECT_HANDLE](repeating: 0, count: limit)
        var count: CK_ULONG = 0
        do {
            try self.check("C_FindObjects", self.functions.list.C_FindObjects) {
                $0(session.rawValue, &found, CK_ULONG(limit), &count)
            }
        } catch {
            // The first failure is the one to report.
            try? self.check("C_FindObjectsFinal", self.functions.list.C_FindObjectsFinal) { $0(session.rawValue) }
            throw error
        }
        try self.check("C_FindObjectsFinal", self.functions.list.C_FindObjectsFinal) { $0(session.rawValue) }
        return found.prefix(Int(min(count, CK_ULONG(limit)))).map { ObjectHandle(rawValue: $0) }
    }

    /// The values of attributes.
    public func attributes(
        session: SessionHandle,
        object: ObjectHandle,
        types: [AttributeType]
    ) throws(SigningError) -> AttributeValues {
        var values: [AttributeType: [UInt8]] = [:]
        // One attribute a call: modules disagree on what a call for several does when one of them is missing.
        for type in types {
            values[type] = try self.attribute(session: session, object: object, type: type)
        }
        return AttributeValues(values)
    }

    private func attribute(
        session: SessionHandle,
        object: ObjectHandle,
        type: AttributeType
    ) throws(SigningError) -> [UInt8]? {
        var value = [UInt8](repeating: 0, count: Budget.attributeBytes)
        var length: CK_ULONG = 0
        do {
            try self.check("C_GetAttributeValue", self.functions.list.C_GetAttributeValue) { function in
                value.withUnsafeMutableBytes { buffer in
                    var attribute = CK_ATTRIBUTE(
                        type: type.rawValue,
                        pValue: buffer.baseAddress,
                        ulValueLen: CK_ULONG(buffer.count)
                    )
                    defer { length = attribute.ulValueLen }
                    return function(session.rawValue, object.rawValue, &attribute, 1)
                }
            }
        } catch let error where error.returnValue == .attributeSensitive || error.returnValue == .attributeTypeInvalid {
            return nil
        }
        // CK_UNAVAILABLE_INFORMATION is the largest number.
        return length <= value.count ? Array(value.prefix(Int(length))) : nil
    }

    /// Makes a key pair.
    public func generateKeyPair(
        session: SessionHandle,
        mechanism: Mechanism,
        publicTemplate: [Attribute],
        privateTemplate: [Attribute]
    ) throws(SigningError) -> (publicKey: ObjectHandle, privateKey: ObjectHandle) {
        var publicKey: CK_OBJECT_HANDLE = 0
        var privateKey: CK_OBJECT_HANDLE = 0
        try self.check("C_GenerateKeyPair", self.functions.list.C_GenerateKeyPair) { function in
            mechanism.withCKMechanism { mechanism in
                withTemplate(publicTemplate) { publicPart, publicCount in
                    withTemplate(privateTemplate) { privatePart, privateCount in
                        function(
                            session.rawValue,
                            mechanism,
                            publicPart,
                            publicCount,
                            privatePart,
                            privateCount,
                            &publicKey,
                            &privateKey
                        )
                    }
                }
            }
        }
        return (ObjectHandle(rawValue: publicKey), ObjectHandle(rawValue: privateKey))
    }

    /// Signs.
    public func sign(
        session: SessionHandle,
        key: ObjectHandle,
        mechanism: Mechanism,
        data: [UInt8]
    ) throws(SigningError) -> [UInt8] {
        try self.check("C_SignInit", self.functions.list.C_SignInit) { function in
            mechanism.withCKMechanism { function(session.rawValue, $0, key.rawValue) }
        }
        var signature: [UInt8] = []
        try self.check("C_Sign", self.functions.list.C_Sign) { function in
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Budget.signatureBytes) { buffer in
                var length = CK_ULONG(buffer.count)
                let returned = data.withUnsafeBufferPointer { data in
                    function(
                        session.rawValue,
                        UnsafeMutablePointer(mutating: data.baseAddress),
                        CK_ULONG(data.count),
                        buffer.baseAddress,
                        &length
                    )
                }
                if returned == ReturnValue.ok.rawValue, length <= buffer.count {
                    signature = Array(buffer.prefix(Int(length)))
                }
                return returned
            }
        }
        return signature
    }
}

extension Mechanism {
    fileprivate func withCKMechanism(_ body: (UnsafeMutablePointer<CK_MECHANISM>) -> CK_RV) -> CK_RV {
        switch self.parameter {
        case .none:
            var mechanism = CK_MECHANISM(mechanism: self.type, pParameter: nil, ulParameterLen: 0)
            return body(&mechanism)
        case .pss(let hash, let maskGeneration, let saltLength):
            var parameter = CK_RSA_PKCS_PSS_PARAMS(hashAlg: hash, mgf: maskGeneration, sLen: saltLength)
            return withUnsafeMutableBytes(of: &parameter) { bytes in
                var mechanism = CK_MECHANISM(
                    mechanism: self.type,
                    pParameter: bytes.baseAddress,
                    ulParameterLen: CK_ULONG(bytes.count)
                )
                return body(&mechanism)
            }
        }
    }
}

/// Lays a template out as Cryptoki wants it: all values in one block, and attributes that point into it.
private func withTemplate(
    _ template: [Attribute],
    _ body: (UnsafeMutablePointer<CK_ATTRIBUTE>?, CK_ULONG) -> CK_RV
) -> CK_RV {
    var values = template.flatMap(\.value)
    return values.withUnsafeMutableBytes { block in
        var offset = 0
        var attributes = template.map { attribute in
            defer { offset += attribute.value.count }
            return CK_ATTRIBUTE(
                type: attribute.type.rawValue,
                pValue: block.baseAddress.map { $0 + offset },
                ulValueLen: CK_ULONG(attribute.value.count)
            )
        }
        return body(&attributes, CK_ULONG(attributes.count))
    }
}
