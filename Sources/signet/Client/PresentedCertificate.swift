// What the host of an agent presents to this machine, for `signet verify --handshake`.

import AgentClient
import CertificateAuthority
import NIOCore
import NIOPosix
import PKIX
import Verification

/// A TLS service to connect to.
struct PresentedCertificate {
    /// The name that is asked for (SNI).
    private let host: HostName
    /// Where to connect.
    private let address: (host: String, port: UInt16)

    /// - Parameters:
    ///   - agent: a host or an ANS name.
    ///   - address: `HOST:PORT`, or an address with a port; nil for the agent's host at port 443.
    /// - Throws: `AgentClientError` with `.invalidConfiguration`.
    init(of agent: String, at address: String?) throws {
        switch try? VerificationSubject(agent) {
        case .host(let host): self.host = host
        case .name(let name): self.host = name.host
        default: throw AgentClientError(.invalidConfiguration, "'\(agent)' is neither a host nor an ANS name")
        }
        guard let address else {
            self.address = (self.host.description, 443)
            return
        }
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count > 1, let port = parts.last.flatMap({ UInt16($0) }), port > 0 else {
            throw AgentClientError(.invalidConfiguration, "--connect-to: '\(address)' is not HOST:PORT")
        }
        let host = parts.dropLast().joined(separator: ":")
        self.address = (host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host, port)
    }

    /// The chain that the host presents, in PEM.
    func pem() async throws -> String {
        // The address is the user's choice, on the user's machine: none is refused.
        let target = self.address.host
        let handshaker = try TLSHandshaker(
            clock: ContinuousClock(),
            admits: { _ in true },
            lookUp: { _ in try await Self.addresses(of: target) }
        )
        do throws(HandshakeFailure) {
            let chain = try await handshaker.chain(of: self.host, port: self.address.port)
            return chain.map { PEM.text(certificates: [$0]) }.joined()
        } catch {
            throw AgentClientError(
                .connectionFailed,
                "\(self.host) at \(target):\(self.address.port) presents no certificate: \(error.reason)"
            )
        }
    }

    /// By the system's resolver, which blocks.
    private static func addresses(of host: String) async throws -> [[UInt8]] {
        let address = try await NIOThreadPool.singleton.runIfActive {
            try SocketAddress.makeAddressResolvingHost(host, port: 0)
        }
        return [address.packedOctets]
    }
}

extension SocketAddress {
    fileprivate var packedOctets: [UInt8] {
        switch self {
        case .v4(let address): withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address): withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
        case .unixDomainSocket: []
        }
    }
}
