import DNS
import Foundation
import TestSupport

extension NamedServer {
    /// Where it listens.
    var address: ServerAddress {
        get throws { try ServerAddress("127.0.0.1:\(self.port)") }
    }

    /// Its key, unless told otherwise.
    func key(
        _ name: String = NamedServer.keyName,
        _ algorithm: TSIGAlgorithm = .hmacSHA256,
        secret: String? = nil
    ) throws -> TSIGKey {
        try TSIGKey(name: DomainName(name), algorithm: algorithm, base64Secret: secret ?? self.secret)
    }

    /// A provider for it.
    func provider(
        key: TSIGKey? = nil,
        transport: DNSClient.Transport = .datagram,
        now: @escaping @Sendable () -> Date = { Date() }
    ) throws -> RFC2136Provider {
        RFC2136Provider(
            RFC2136Provider.Configuration(server: try self.address, key: try key ?? self.key(), transport: transport),
            client: .test,
            clock: ContinuousClock(),
            now: now
        )
    }
}

extension DNSClient {
    /// A client for servers on loopback.
    static var test: DNSClient { DNSClient(generator: SystemRandomNumberGenerator(), timeout: .seconds(3)) }
}

/// A name that a test knows to be one.
func name(_ text: String) -> DomainName {
    try! DomainName(text)
}

/// A record that a test knows to be one: owner, TTL 60, type and data as in a zone file.
func record(_ owner: String, _ type: String, _ data: String, ttl: UInt32 = 60) -> ResourceRecord {
    let type = RecordType(mnemonic: type)!
    return ResourceRecord(name: name(owner), ttl: ttl, data: try! RecordData(type: type, presentation: data))
}
