// Making a token: what `softhsm2-util --init-token` does, through PKCS#11 alone (2.40 Base §5.5, C_InitToken).

extension Token {
    /// Initialises a token in a free slot and sets the user's PIN; finishes one that was left without a user's PIN.
    ///
    /// No ``Token`` is needed for it. Two processes must not do it at once with the same module.
    ///
    /// - Parameters:
    ///   - module: The module to make the token in.
    ///   - label: The token's label, of 1 to ``Budget/tokenLabelBytes`` octets.
    ///   - soPIN: The security officer's PIN, for this and later resets of the user's PIN.
    ///   - userPIN: The PIN that the keys are used with.
    /// - Returns: A URI that names the token by label and serial number.
    /// - Throws: ``SigningError/Code/tokenExists`` when a token has the label, ``SigningError/Code/noFreeSlot``.
    public static func initialize(
        module: any Cryptoki,
        label: String,
        soPIN: PIN,
        userPIN: PIN
    ) async throws -> PKCS11URI {
        try await BlockingThread.run(name: "signet-init-token") {
            try TokenInitialization(module: module, label: label).run(soPIN: soPIN, userPIN: userPIN)
        }
    }

    /// The labels of the tokens that a module holds, in the order of their slots.
    public static func labels(module: any Cryptoki) async throws -> [String] {
        try await BlockingThread.run(name: "signet-list-tokens") {
            try module.usage.exclusively { () throws(SigningError) in
                try TokenInitialization.tokens(module).filter(\.info.isInitialized).map(\.info.label)
            }
        }
    }
}

/// The initialisation of one token.
private struct TokenInitialization {
    let module: any Cryptoki
    let label: String

    init(module: any Cryptoki, label: String) throws(SigningError) {
        guard (1...Budget.tokenLabelBytes).contains(label.utf8.count), !label.utf8.contains(0), label.last != " " else {
            throw SigningError(
                .cryptoki,
                "a token's label must have 1 to \(Budget.tokenLabelBytes) octets and not end in a blank"
            )
        }
        self.module = module
        self.label = label
    }

    func run(soPIN: PIN, userPIN: PIN) throws(SigningError) -> PKCS11URI {
        // In use: no token of this process may finalise the module meanwhile.
        self.module.usage.enter()
        defer { self.module.usage.leave() }
        return try self.module.usage.exclusively { () throws(SigningError) -> PKCS11URI in
            if try self.find() == nil { try self.wipeFreeSlot(soPIN) }
            // The slot has another number now (SoftHSM derives it from the serial): look the token up again.
            guard let token = try self.find() else {
                throw SigningError(.tokenNotFound, "the token \"\(self.label)\" has vanished since it was initialised")
            }
            guard !token.info.hasUserPIN else {
                throw SigningError(.tokenExists, "a token with the label \"\(self.label)\" exists already")
            }
            try self.setUserPIN(userPIN, soPIN: soPIN, slot: token.slot)
            var uri = PKCS11URI()
            uri.token = self.label
            uri.serial = token.info.serial
            return uri
        }
    }

    static func tokens(_ module: any Cryptoki) throws(SigningError) -> [(slot: SlotID, info: TokenInfo)] {
        var tokens: [(slot: SlotID, info: TokenInfo)] = []
        for slot in try module.slots() { tokens.append((slot, try module.tokenInfo(slot: slot))) }
        return tokens
    }

    private func find() throws(SigningError) -> (slot: SlotID, info: TokenInfo)? {
        try Self.tokens(self.module).first { $0.info.isInitialized && $0.info.label == self.label }
    }

    private func wipeFreeSlot(_ soPIN: PIN) throws(SigningError) {
        guard let free = try Self.tokens(self.module).first(where: { !$0.info.isInitialized }) else {
            throw SigningError(.noFreeSlot, "the module has no slot with a token to initialise")
        }
        try self.module.initializeToken(slot: free.slot, soPIN: soPIN, label: self.label)
    }

    private func setUserPIN(_ userPIN: PIN, soPIN: PIN, slot: SlotID) throws(SigningError) {
        let session = try self.module.openSession(slot: slot, readWrite: true)
        // The PIN is set; a session that does not close goes with the module.
        defer { try? self.module.closeSession(session) }
        do {
            try self.module.login(session: session, user: .securityOfficer, pin: soPIN)
        } catch let error where Recovery(error) == .never {
            throw SigningError(
                .pinRefused,
                "the token \"\(self.label)\" refused the security officer's PIN (\(error.reason))",
                returnValue: error.returnValue
            )
        }
        try self.module.initializePIN(session: session, pin: userPIN)
        try self.module.logout(session: session)
    }
}
