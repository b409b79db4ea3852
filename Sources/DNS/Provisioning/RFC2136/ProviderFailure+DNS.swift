// What a DNS server's answers mean to those who provision.

extension ProviderFailure {
    /// The failure of an exchange.
    init(_ error: DNSError, at server: ServerAddress) {
        switch error.code {
        case .notAuthentic: self.init(.unauthorized, "\(server): \(error.reason)")
        case .invalidName, .invalidRecord, .tooMuch: self.init(.invalid, error.reason)
        default: self.init(.unavailable, error.reason)
        }
    }

    /// The failure that an answer states; nil for NOERROR.
    init?(_ answer: Message, zone: DomainName, at server: ServerAddress, key: TSIGKey) {
        switch answer.responseCode {
        case .noError: return nil
        case .refused:
            self.init(.unauthorized, "\(server) refuses (REFUSED): \(key) is not granted this in zone \(zone)")
        case .notAuthoritative: self.init(.noSuchZone, "\(server) is not authoritative for zone \(zone) (NOTAUTH)")
        case .notInZone: self.init(.invalid, "a name is not in zone \(zone) (NOTZONE)")
        case .formatError: self.init(.invalid, "\(server) cannot read the request (FORMERR)")
        case .notImplemented: self.init(.unsupported, "\(server) does not do dynamic updates (NOTIMP)")
        case .nameExists, .setExists, .noSuchSet, .nameError:
            self.init(.conflict, "\(server): what is at the names is not what was expected (\(answer.responseCode))")
        default: self.init(.unavailable, "\(server) answers \(answer.responseCode)")
        }
    }
}
