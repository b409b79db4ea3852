// Slots, tokens, sessions and logins of a loaded module.

internal import CPKCS11
import Synchronization

extension CryptokiModule {
    /// The slots that hold a token.
    public func slots() throws(SigningError) -> [SlotID] {
        try self.enumeration.withLock { (_) throws(SigningError) in try self.enumerateSlots() }
    }

    private func enumerateSlots() throws(SigningError) -> [SlotID] {
        let present = CK_BBOOL(1)
        // Another token may come between the two calls: ask again, a few times.
        for _ in 0..<4 {
            var count: CK_ULONG = 0
            try self.check("C_GetSlotList", self.functions.list.C_GetSlotList) { $0(present, nil, &count) }
            guard count <= Budget.slots else {
                throw SigningError(.malformedAnswer, "C_GetSlotList reports \(count) slots")
            }
            var slots = [CK_SLOT_ID](repeating: 0, count: Int(count))
            do {
                try self.check("C_GetSlotList", self.functions.list.C_GetSlotList) { $0(present, &slots, &count) }
                return slots.prefix(Int(count)).map { SlotID(rawValue: $0) }
            } catch let error where error.returnValue == .bufferTooSmall {
                continue
            }
        }
        throw SigningError(.cryptoki, "C_GetSlotList never settles", returnValue: .bufferTooSmall)
    }

    /// What a slot says of its token.
    public func tokenInfo(slot: SlotID) throws(SigningError) -> TokenInfo {
        var info = CK_TOKEN_INFO()
        try self.check("C_GetTokenInfo", self.functions.list.C_GetTokenInfo) { $0(slot.rawValue, &info) }
        return TokenInfo(
            label: paddedText(info.label),
            manufacturer: paddedText(info.manufacturerID),
            model: paddedText(info.model),
            serial: paddedText(info.serialNumber),
            flags: info.flags
        )
    }

    /// Initialises a token.
    public func initializeToken(slot: SlotID, soPIN: PIN, label: String) throws(SigningError) {
        // "The label must be padded with blank characters, and must not be null-terminated" (§5.5, C_InitToken).
        var padded = Array(label.utf8.prefix(Budget.tokenLabelBytes))
        padded += Array(repeating: UInt8(ascii: " "), count: Budget.tokenLabelBytes - padded.count)
        try self.enumeration.withLock { (_) throws(SigningError) in
            try self.check("C_InitToken", self.functions.list.C_InitToken) { function in
                soPIN.withCKString { function(slot.rawValue, $0, $1, &padded) }
            }
        }
    }

    /// Sets the user's PIN.
    public func initializePIN(session: SessionHandle, pin: PIN) throws(SigningError) {
        try self.check("C_InitPIN", self.functions.list.C_InitPIN) { function in
            pin.withCKString { function(session.rawValue, $0, $1) }
        }
    }

    /// Opens a session.
    public func openSession(slot: SlotID, readWrite: Bool) throws(SigningError) -> SessionHandle {
        // "For legacy reasons, the CKF_SERIAL_SESSION bit must always be set" (§5.6, C_OpenSession).
        let flags: CK_FLAGS = (1 << 2) | (readWrite ? 1 << 1 : 0)
        var session: CK_SESSION_HANDLE = 0
        try self.check("C_OpenSession", self.functions.list.C_OpenSession) {
            $0(slot.rawValue, flags, nil, nil, &session)
        }
        return SessionHandle(rawValue: session)
    }

    /// Closes a session.
    public func closeSession(_ session: SessionHandle) throws(SigningError) {
        try self.check("C_CloseSession", self.functions.list.C_CloseSession) { $0(session.rawValue) }
    }

    /// Logs in.
    public func login(session: SessionHandle, user: CryptokiUser, pin: PIN) throws(SigningError) {
        try self.check("C_Login", self.functions.list.C_Login) { function in
            pin.withCKString { function(session.rawValue, user.rawValue, $0, $1) }
        }
    }

    /// Logs out.
    public func logout(session: SessionHandle) throws(SigningError) {
        try self.check("C_Logout", self.functions.list.C_Logout) { $0(session.rawValue) }
    }
}

extension PIN {
    fileprivate func withCKString<R>(_ body: (UnsafeMutablePointer<UInt8>?, CK_ULONG) -> R) -> R {
        self.withBytes { bytes in
            // Cryptoki declares its inputs without const; it does not write to them.
            body(UnsafeMutablePointer(mutating: bytes.baseAddress), CK_ULONG(bytes.count))
        }
    }
}

/// The text of a field padded with blanks (or, by modules that err, with zeros).
private func paddedText<Field>(_ field: Field) -> String {
    withUnsafeBytes(of: field) { bytes in
        let text = bytes.prefix { $0 != 0 }
        let end = text.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? text.startIndex
        return String(decoding: text[..<end], as: UTF8.self)
    }
}
