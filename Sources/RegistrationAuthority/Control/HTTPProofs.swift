// HTTP-01 (RFC 8555 §8.3): the resource is fetched from an address of the host that the address policy admits, and the
// connection is made to that very address. No redirect is followed: what the host itself serves is the proof.

public import AsyncHTTPClient
public import DNS
import NIOCore
import NIOHTTP1

/// Fetches proofs over HTTP.
public struct HTTPProofs: Sendable {
    private let client: HTTPClient
    private let addresses: AddressPolicy
    private let port: Int

    /// Creates a fetcher.
    ///
    /// - Parameters:
    ///   - client: must not follow redirects.
    ///   - addresses: which addresses strangers may have us connect to.
    ///   - port: 80, but in trials.
    public init(client: HTTPClient, addresses: AddressPolicy, port: Int = 80) {
        self.client = client
        self.addresses = addresses
        self.port = port
    }

    /// Whether a challenge is answered under a host's name.
    func control(
        of host: DomainName,
        by challenge: ControlChallenge,
        resolver: Resolver,
        clock: any Clock<Duration>
    ) async -> ControlFinding {
        let found: [IPAddress]
        do throws(DNSError) {
            found = try await resolver.addresses(of: host)
        } catch {
            return .unavailable(error.reason)
        }
        guard !found.isEmpty else { return .notProven("\(host) has no address") }
        var reason = ""
        for address in found.prefix(Budget.proofAddresses) {
            if case .refused(let why) = self.addresses.check(address: address.octets) {
                reason = "an address of \(host) is not contacted: \(why)"
                continue
            }
            let url = "http://\(host)\(challenge.httpPath)"
            // The client's own limits begin anew with each octet that comes.
            let fetched = await within(.seconds(Budget.proofSeconds), clock) {
                await self.content(challenge.httpPath, of: host, at: address)
            }
            switch fetched {
            case .success(challenge.keyAuthorization): return .proven(.http01)
            case .success: reason = "\(url) has something else than the key authorization"
            case .failure(let failure): reason = "\(url) \(failure.reason)"
            case nil: reason = "\(url) did not come within \(Budget.proofSeconds) seconds"
            }
        }
        return .notProven(reason)
    }

    /// What a host serves at a path, at the first of its addresses that gives anything; white space at its end is cut.
    ///
    /// - Throws: ``ProofUnavailable``, and `DNSError` when the host's addresses cannot be looked up.
    public func content(
        at path: String,
        of host: DomainName,
        resolver: Resolver,
        clock: any Clock<Duration>
    ) async throws -> String {
        var reason = "has no address"
        for address in try await resolver.addresses(of: host).prefix(Budget.proofAddresses) {
            if case .refused(let why) = self.addresses.check(address: address.octets) {
                reason = "has an address that is not contacted: \(why)"
                continue
            }
            let fetched = await within(.seconds(Budget.proofSeconds), clock) {
                await self.content(path, of: host, at: address)
            }
            switch fetched {
            case .success(let content): return content
            case .failure(let failure): reason = failure.reason
            case nil: reason = "did not come within \(Budget.proofSeconds) seconds"
            }
        }
        throw ProofUnavailable(reason: reason)
    }

    private func content(
        _ path: String,
        of host: DomainName,
        at address: IPAddress
    ) async -> Result<String, ProofFailure> {
        do {
            return .success(try await self.fetch(path, of: host, at: address))
        } catch let error as ProofFailure {
            return .failure(error)
        } catch {
            return .failure(ProofFailure(reason: "cannot be fetched"))
        }
    }

    private struct ProofFailure: Error {
        let reason: String
    }

    private func fetch(_ path: String, of host: DomainName, at address: IPAddress) async throws -> String {
        let authority = address.octets.count == 16 ? "[\(address)]" : "\(address)"
        var request = HTTPClientRequest(url: "http://\(authority):\(self.port)\(path)")
        request.headers.add(name: "Host", value: self.port == 80 ? "\(host)" : "\(host):\(self.port)")
        request.headers.add(name: "User-Agent", value: "signet-validation")
        let response = try await self.client.execute(request, timeout: .seconds(Budget.proofSeconds))
        guard response.status == .ok else {
            throw ProofFailure(reason: "answers \(response.status.code) (redirects are not followed)")
        }
        let body: ByteBuffer
        do {
            body = try await response.body.collect(upTo: Budget.proofBytes)
        } catch is NIOTooManyBytesError {
            throw ProofFailure(reason: "has more than \(Budget.proofBytes) octets")
        }
        // RFC 8555 §8.3: "Verify that the body of the response is a well-formed key authorization. The server SHOULD ignore
        // whitespace characters at the end of the body."
        var text = String(buffer: body)[...]
        while text.last?.isWhitespace == true { text = text.dropLast() }
        return String(text)
    }
}

/// Why nothing came from a host, in words.
public struct ProofUnavailable: Error, Hashable, Sendable, CustomStringConvertible {
    /// The words.
    public let reason: String

    /// The words.
    public var description: String { self.reason }
}
