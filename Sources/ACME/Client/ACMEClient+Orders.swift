// Orders and authorizations (RFC 8555 §7.4, §7.5).

import JOSE
import JSON
import OutboundHTTP
public import PKIX
import TaskLimits

/// A resource, and when the CA wants to be asked for it again.
struct Fetched<Value: Sendable>: Sendable {
    let value: Value
    let retryAfter: Int64?
}

extension ACMEClient {
    /// Places an order (RFC 8555 §7.4).
    ///
    /// It is never sent twice by itself: when no answer comes it is open whether the order was made.
    ///
    /// - Parameters:
    ///   - profile: one of the directory's profiles.
    ///   - replaces: the certificate identifier of the one that this renews (RFC 9773 §5); left out for CAs without renewal
    ///     information.
    /// - Throws: ``ACMEError``, with `.rateLimited` without having sent anything when a limit is known to be reached.
    public func placeOrder(
        _ identifiers: [ACMEIdentifier],
        profile: String? = nil,
        replaces: String? = nil,
        notBefore: CertificateTime? = nil,
        notAfter: CertificateTime? = nil
    ) async throws -> ACMEOrder {
        let directory = try await self.directory()
        if let profile, directory.profiles[profile] == nil {
            let known = directory.profiles.keys.sorted().joined(separator: ", ").printable
            throw ACMEError(
                .unsupported,
                "the CA has no profile '\(profile.printable)'; it has \(known.isEmpty ? "none" : known)"
            )
        }
        let replaces = directory.renewalInfo == nil ? nil : replaces
        let payload = JSONValue.object(present: [
            "identifiers": .array(identifiers.map(\.json)),
            "notBefore": notBefore.map { .string($0.description) },
            "notAfter": notAfter.map { .string($0.description) },
            "profile": profile.map { .string($0) },
            "replaces": replaces.map { .string($0) },
        ])
        var request = SignedRequest(url: directory.newOrder, payload: payload, isRepeatable: false)
        (request.identifiers, request.isRenewal) = (identifiers, replaces != nil)
        let answer = try await self.orderTurns.pass { [request] in
            try await self.checkDoors(identifiers, isRenewal: replaces != nil)
            return try await self.post(request)
        }
        let order = try ACMEOrder(self.reader(answer, "an order"), url: self.location(answer, of: "the order"))
        guard order.isFor(identifiers) else {
            throw ACMEError(.malformedAnswer, "the CA made an order for other names than those that were asked for")
        }
        return order
    }

    /// An order as it is now.
    ///
    /// - Throws: ``ACMEError``, with `.orderLost` when the CA does not know it.
    public func order(at url: String) async throws -> ACMEOrder { try await self.fetchOrder(url).value }

    func fetchOrder(_ url: String) async throws -> Fetched<ACMEOrder> {
        do {
            let answer = try await self.post(SignedRequest(url: url))
            return try self.fetchedOrder(answer, url)
        } catch let error as ACMEError where [404, 410].contains(error.problem?.status) {
            throw ACMEError(
                .orderLost,
                "the CA does not know the order any more: it has expired, or the CA has lost it; place a new one",
                problem: error.problem
            )
        }
    }

    private func fetchedOrder(_ answer: HTTPAnswer, _ url: String) throws(ACMEError) -> Fetched<ACMEOrder> {
        let order = try ACMEOrder(self.reader(answer, "an order"), url: url)
        return Fetched(value: order, retryAfter: answer.retryAfter(now: self.environment.now()))
    }

    /// The addresses of the account's orders (RFC 8555 §7.1.2.1); nil when the CA does not list them.
    ///
    /// - Warning: smallstep's servers with a bbolt database, Caddy's among them, store an empty list that they cannot read again
    ///   when none of the account's orders is pending: from then on they answer each new order of the account with 500.
    /// - Throws: ``ACMEError``.
    public func orderURLs() async throws -> [String]? {
        guard let first = try await self.account().orders else { return nil }
        var (urls, next): ([String], String?) = ([], first)
        for _ in 0..<Budget.listPages {
            guard let page = next else { break }
            let answer = try await self.post(SignedRequest(url: page))
            // smallstep's send the array alone.
            urls += try self.reader(answer, "a list of orders", list: "orders").urls("orders")
            next = answer.links("next").first
        }
        return urls
    }

    /// An authorization as it is now (RFC 8555 §7.5).
    ///
    /// - Throws: ``ACMEError``.
    public func authorization(at url: String) async throws -> ACMEAuthorization {
        try await self.fetchAuthorization(url).value
    }

    func fetchAuthorization(_ url: String) async throws -> Fetched<ACMEAuthorization> {
        let answer = try await self.post(SignedRequest(url: url))
        let authorization = try ACMEAuthorization(self.reader(answer, "an authorization"), url: url)
        return Fetched(value: authorization, retryAfter: answer.retryAfter(now: self.environment.now()))
    }

    /// Asks for an authorization ahead of any order (RFC 8555 §7.4.1).
    ///
    /// - Throws: ``ACMEError``, with `.unsupported` when the CA does not take that.
    public func authorizeAhead(_ identifier: ACMEIdentifier) async throws -> ACMEAuthorization {
        guard let url = try await self.directory().newAuthorization else {
            throw ACMEError(
                .unsupported,
                "the CA takes no authorizations ahead of orders (no newAuthz in its directory)"
            )
        }
        let payload: JSONValue = ["identifier": identifier.json]
        let answer = try await self.post(SignedRequest(url: url, payload: payload, isRepeatable: false))
        let location = try self.location(answer, of: "the authorization")
        return try ACMEAuthorization(self.reader(answer, "an authorization"), url: location)
    }

    /// Gives an authorization up (RFC 8555 §7.5.2).
    ///
    /// - Throws: ``ACMEError``.
    public func deactivateAuthorization(at url: String) async throws -> ACMEAuthorization {
        let answer = try await self.post(SignedRequest(url: url, payload: ["status": "deactivated"]))
        return try ACMEAuthorization(self.reader(answer, "an authorization"), url: url)
    }

    /// Tells the CA that the answer to a challenge can be found (RFC 8555 §7.5.1).
    ///
    /// - Throws: ``ACMEError``.
    public func respond(toChallengeAt url: String) async throws {
        _ = try await self.post(SignedRequest(url: url, payload: [:]))
    }

    /// Sends the certificate request (RFC 8555 §7.4).
    ///
    /// - Parameter csr: the request in DER.
    /// - Throws: ``ACMEError``.
    public func finalize(_ order: ACMEOrder, csr: [UInt8]) async throws -> ACMEOrder {
        try await self.finalizeOrder(order, csr: csr).value
    }

    func finalizeOrder(_ order: ACMEOrder, csr: [UInt8]) async throws -> Fetched<ACMEOrder> {
        let payload: JSONValue = ["csr": .string(Base64URL.encode(csr))]
        // Not sent again when it is open what became of it: the order tells.
        let request = SignedRequest(url: order.finalize, payload: payload, isRepeatable: false)
        return try self.fetchedOrder(try await self.post(request), order.url)
    }
}
