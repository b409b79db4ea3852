// SQLite ends a text at its first NUL. What is hashed must be what is stored, so NUL is replaced before either.

import AuditLog

extension AuditEvent {
    /// The event with U+FFFD for every NUL in a text; details need none of it, for JSON escapes NUL.
    var storable: AuditEvent {
        let texts = [self.actor, self.action.rawValue, self.object, self.address, self.requestID, self.result.rawValue]
        guard texts.contains(where: { $0?.utf8.contains(0) == true }) else { return self }
        return AuditEvent(
            atMilliseconds: self.atMilliseconds,
            actor: withoutNUL(self.actor),
            action: AuditAction(rawValue: withoutNUL(self.action.rawValue)),
            object: withoutNUL(self.object),
            address: self.address.map(withoutNUL),
            requestID: self.requestID.map(withoutNUL),
            result: AuditResult(rawValue: withoutNUL(self.result.rawValue)) ?? self.result,
            profileHash: self.profileHash,
            policyHash: self.policyHash,
            details: self.details
        )
    }
}

private func withoutNUL(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
}
