// TLS handshakes with agents' hosts (RFC 8446): the name is looked up by us, every address judged, and the connection made to
// one of these very addresses (DNS rebinding); nothing is asked of the service but the handshake, and all of it is bounded.

import NIOCore
import NIOPosix
import NIOSSL
public import PKIX
import Synchronization

/// Gets the chains that hosts present.
///
/// Any chain is taken and handed over: verifying it is the caller's. Handshakes come to their end, though: without that, a host
/// could present the certificate of another, whose key it does not have.
public struct TLSHandshaker: ServerCertificateFetching {
    /// Looks up the addresses of a host, 4 or 16 octets each.
    public typealias LookUp = @Sendable (_ host: String) async throws -> [[UInt8]]

    private let lookUp: LookUp
    private let admits: @Sendable ([UInt8]) -> Bool
    private let patience: Duration
    private let clock: any Clock<Duration>
    private let context: NIOSSLContext
    private let slots = HandshakeSlots()

    /// Creates the port.
    ///
    /// - Parameters:
    ///   - patience: for the whole of one handshake, whatever the host's addresses do.
    ///   - clock: what the patience is measured by.
    ///   - admits: whether an address may be connected to: those of the public Internet, unless the operator says more.
    ///   - lookUp: asks the DNS.
    /// - Throws: what NIOSSL throws without libssl's memory.
    public init(
        patience: Duration = .seconds(Budget.handshakeSeconds),
        clock: any Clock<Duration>,
        admits: @escaping @Sendable ([UInt8]) -> Bool,
        lookUp: @escaping LookUp
    ) throws {
        self.lookUp = lookUp
        self.admits = admits
        self.patience = patience
        self.clock = clock
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        // The callback of each connection takes the place of the verification that this turns on.
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        self.context = try NIOSSLContext(configuration: configuration)
    }

    /// The chain that a host presents: DER, its own certificate first.
    public func chain(of host: HostName, port: UInt16) async throws(HandshakeFailure) -> [[UInt8]] {
        guard self.slots.take() else {
            throw HandshakeFailure("too many hosts are being connected to; ask again in some seconds", isOverload: true)
        }
        defer { self.slots.giveBack() }
        let (clock, patience) = (self.clock, self.patience)
        let result = await withTaskGroup(of: Result<[[UInt8]], HandshakeFailure>.self) { group in
            group.addTask { await self.attempt(host.description, Int(port)) }
            group.addTask {
                try? await clock.sleep(for: patience)
                return .failure(HandshakeFailure("no handshake within \(patience)"))
            }
            let result = await group.next() ?? .failure(HandshakeFailure("not connected"))
            group.cancelAll()
            return result
        }
        return try result.get()
    }

    private func attempt(_ host: String, _ port: Int) async -> Result<[[UInt8]], HandshakeFailure> {
        guard let addresses = try? await self.lookUp(host), !addresses.isEmpty else {
            return .failure(HandshakeFailure("the host has no address that could be looked up"))
        }
        // One refused address refuses the host: a name with a public and a private address is an attack or a mistake.
        guard addresses.count <= Budget.hostAddresses, addresses.allSatisfy(self.admits) else {
            return .failure(HandshakeFailure("the host has an address that is not admitted"))
        }
        var failure = HandshakeFailure("not connected")
        for address in addresses.prefix(Budget.triedAddresses) where !Task.isCancelled {
            do throws(HandshakeFailure) {
                return .success(try await self.handshake(host, at: address, port))
            } catch {
                failure = error
            }
        }
        return .failure(failure)
    }

    private func handshake(_ host: String, at address: [UInt8], _ port: Int) async throws(HandshakeFailure) -> [[UInt8]]
    {
        let context = self.context
        let connection: HandshakeConnection
        do {
            connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(.seconds(Budget.connectSeconds))
                .connect(to: try SocketAddress(packedIPAddress: ByteBuffer(bytes: address), port: port)) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try HandshakeConnection(channel, context, serverName: host)
                    }
                }
        } catch {
            throw HandshakeFailure("the host cannot be connected to at port \(port)")
        }
        return try await connection.chain()
    }
}

/// How many handshakes there are at one time.
private final class HandshakeSlots: Sendable {
    private let taken = Mutex(0)

    func take() -> Bool {
        self.taken.withLock { taken in
            guard taken < Budget.handshakes else { return false }
            taken += 1
            return true
        }
    }

    func giveBack() { self.taken.withLock { $0 -= 1 } }
}
