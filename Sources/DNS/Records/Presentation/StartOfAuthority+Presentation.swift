// SOA in zone files (RFC 1035 §3.3.13): times in seconds.

extension StartOfAuthority {
    /// The fields in their order.
    var presentation: String {
        let numbers = [self.serial, self.refresh, self.retry, self.expire, self.minimum].map(String.init)
        return ([self.primary.absolute, self.mailbox.absolute] + numbers).joined(separator: " ")
    }

    /// Reads the fields.
    init(_ fields: inout PresentationFields) throws(DNSError) {
        self.init(
            primary: try fields.name("the primary server"),
            mailbox: try fields.name("the mailbox"),
            serial: try fields.number("the serial"),
            refresh: try fields.number("refresh"),
            retry: try fields.number("retry"),
            expire: try fields.number("expire"),
            minimum: try fields.number("minimum")
        )
    }
}
