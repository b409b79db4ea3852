// What the CA does (RFC 8555 §7).

import JOSE
import JSON
import LoopbackSupport
import PKIX
import X509

@testable import ACME

extension ACMEDouble {
    func act(_ endpoint: DoubleEndpoint, _ number: Int, _ call: SignedCall, _ state: inout State) -> LoopbackReply {
        switch endpoint {
        case .newAccount: return self.newAccount(call, &state)
        case .account: return self.changeAccount(number, call, &state)
        case .keyChange: return self.changeKey(call, &state)
        case .newOrder: return self.newOrder(call, &state)
        case .revoke: return self.revoke(call, &state)
        case .orders:
            let own = state.orders.indices.filter { state.orders[$0].account == number }
            return .json(200, ["orders": .array(own.map { .string(self.url(.order, $0, state)) })])
        case .order where state.orders.indices.contains(number): return self.order(number, &state)
        case .finalize where state.orders.indices.contains(number): return self.finalize(number, call, &state)
        case .authorization where state.authorizations.indices.contains(number):
            return self.authorization(number, call, &state)
        case .challenge where state.authorizations.indices.contains(number / 10):
            return self.challenge(number, call, &state)
        case .certificate, .alternate: return self.certificate(endpoint, number, state)
        default: return .problem(404, "malformed", "no such thing")
        }
    }

    // MARK: Accounts

    private func newAccount(_ call: SignedCall, _ state: inout State) -> LoopbackReply {
        if let known = state.accounts.firstIndex(where: { $0.key == call.key }) {
            return self.account(known, 200, state)
        }
        if call.payload?["onlyReturnExisting"] == true {
            return .problem(400, "accountDoesNotExist", "no account of this key")
        }
        guard call.payload?["termsOfServiceAgreed"] == true else {
            return .problem(403, "userActionRequired", "agree to the terms")
        }
        if let binding = state.settings.binding,
            call.payload?["externalAccountBinding"] != binding.binding(of: call.key, url: call.url)
        {
            return .problem(403, "externalAccountRequired", "no valid binding")
        }
        state.accounts.append(Account(key: call.key))
        return self.changeAccount(state.accounts.count - 1, call, &state, status: 201)
    }

    private func changeAccount(
        _ number: Int,
        _ call: SignedCall,
        _ state: inout State,
        status: Int = 200
    ) -> LoopbackReply {
        if case .array(let contacts) = call.payload?["contact"] { state.accounts[number].contacts = contacts }
        if call.payload?["status"]?.text == "deactivated" { state.accounts[number].status = "deactivated" }
        return self.account(number, status, state)
    }

    private func account(_ number: Int, _ status: Int, _ state: State) -> LoopbackReply {
        let account = state.accounts[number]
        let value: JSONValue = [
            "status": .string(account.status), "contact": .array(account.contacts),
            "orders": .string(self.url(.orders, number, state)), "initialIp": "127.0.0.1",
        ]
        return .json(status, value, headers: [("Location", self.url(.account, number, state))])
    }

    private func changeKey(_ call: SignedCall, _ state: inout State) -> LoopbackReply {
        guard let number = call.account, let payload = call.payload,
            let inner = try? JSONWebSignature(flattened: payload), let key = try? inner.header.webKey,
            (try? inner.verified(with: key)) != nil, inner.header.value["nonce"] == nil,
            inner.header.value["url"]?.text == call.url,
            let body = try? JSONReader.read(inner.payload, within: Budget.documentLimits),
            body["account"]?.text == self.url(.account, number, state), body["oldKey"] == call.key.value
        else { return .problem(400, "malformed", "the inner signature is wrong") }
        if let holder = state.accounts.firstIndex(where: { $0.key == key }) {
            return .problem(409, "conflict", "in use", headers: [("Location", self.url(.account, holder, state))])
        }
        state.accounts[number].key = key
        return self.account(number, 200, state)
    }

    // MARK: Orders

    private func newOrder(_ call: SignedCall, _ state: inout State) -> LoopbackReply {
        guard let account = call.account, case .array(let items) = call.payload?["identifiers"] else {
            return .problem(400, "malformed", "no identifiers")
        }
        let identifiers = items.compactMap { ACMEIdentifier($0) }
        if let replaces = call.payload?["replaces"]?.text, !state.replaced.insert(replaces).inserted {
            return .problem(409, "alreadyReplaced", "replaced before")
        }
        if state.settings.reusesOrders,
            let known = state.orders.firstIndex(where: {
                $0.account == account && $0.identifiers == identifiers && ["pending", "ready"].contains($0.status)
            })
        {
            return self.orderAnswer(known, 201, state)
        }
        let first = state.authorizations.count
        for (offset, identifier) in identifiers.enumerated() {
            state.authorizations.append(
                Authorization(
                    identifier: ACMEIdentifier(type: identifier.type, value: identifier.baseValue),
                    isWildcard: identifier.isWildcard,
                    token: "token-\(first + offset)-evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ",
                    account: account
                )
            )
        }
        state.orders.append(
            Order(
                account: account,
                identifiers: identifiers,
                authorizations: Array(first..<state.authorizations.count),
                profile: call.payload?["profile"]?.text,
                replaces: call.payload?["replaces"]?.text
            )
        )
        return self.orderAnswer(state.orders.count - 1, 201, state)
    }

    private func order(_ number: Int, _ state: inout State) -> LoopbackReply {
        if state.orders[number].status == "processing" {
            state.orders[number].roundsLeft -= 1
            if state.orders[number].roundsLeft <= 0 { self.issue(number, &state) }
        }
        return self.orderAnswer(number, 200, state)
    }

    private func orderAnswer(_ number: Int, _ status: Int, _ state: State) -> LoopbackReply {
        let order = state.orders[number]
        let value = JSONValue.object(present: [
            "status": .string(order.status), "expires": .string((self.authority.now + 604_800).description),
            "identifiers": .array(order.identifiers.map(\.json).reversed()),
            "authorizations": .array(order.authorizations.map { .string(self.url(.authorization, $0, state)) }),
            "finalize": .string(self.url(.finalize, number, state)),
            "certificate": order.chains.isEmpty ? nil : .string(self.url(.certificate, number, state)),
            "error": order.error, "profile": order.profile.map { .string($0) },
            "replaces": order.replaces.map { .string($0) }, "newlyInvented": ["a": [1, 2]],
        ])
        var headers = [("Location", self.url(.order, number, state))]
        if let retryAfter = state.settings.retryAfter { headers.append(("Retry-After", retryAfter)) }
        return .json(status, state.settings.decorate(.order, value), headers: headers)
    }

    private func finalize(_ number: Int, _ call: SignedCall, _ state: inout State) -> LoopbackReply {
        guard state.orders[number].status == "ready" else {
            return .problem(403, "orderNotReady", "the order is \(state.orders[number].status)")
        }
        guard let csr = call.payload?["csr"]?.text.flatMap({ Base64URL.decode($0) }), (try? ParsedCSR(csr)) != nil
        else {
            return .problem(400, "badCSR", "no request")
        }
        state.orders[number].csr = csr
        state.orders[number].status = "processing"
        state.orders[number].roundsLeft = state.settings.rounds
        return self.orderAnswer(number, 200, state)
    }

    private func issue(_ number: Int, _ state: inout State) {
        guard let bytes = state.orders[number].csr, let csr = try? ParsedCSR(bytes),
            let certificate = try? (state.settings.otherAuthority ?? self.authority).issue(
                state.settings.certifiedKey(csr.publicKey.certificateKey),
                state.settings.certifiedNames(csr.names.map(\.generalName)),
                timestamps: true
            )
        else { return }
        state.issued += 1
        state.orders[number].status = "valid"
        state.orders[number].chains = (state.settings.otherChain ?? self.authority).chains.compactMap { chain in
            (try? certificate.pem).flatMap { leaf in (try? chain[0].pem).map { leaf + $0 } }
        }
    }

    private func certificate(_ endpoint: DoubleEndpoint, _ number: Int, _ state: State) -> LoopbackReply {
        guard state.orders.indices.contains(number), state.orders[number].chains.count == 2 else {
            return .problem(404, "malformed", "no certificate")
        }
        return .answer(
            200,
            headers: [
                ("Content-Type", "application/pem-certificate-chain"),
                ("Link", "<\(self.url(.alternate, number, state))>;rel=\"alternate\""),
            ],
            body: state.orders[number].chains[endpoint == .certificate ? 0 : 1]
        )
    }

    private func revoke(_ call: SignedCall, _ state: inout State) -> LoopbackReply {
        guard let der = call.payload?["certificate"]?.text.flatMap({ Base64URL.decode($0) }),
            let certificate = try? EncodedCertificate(der: der),
            call.account != nil || certificate.fields.publicKey == call.key.publicKey
        else { return .problem(403, "unauthorized", "not yours") }
        let serial = Array(certificate.fields.serialNumber.bytes)
        guard !state.revoked.contains(where: { $0.serial == serial }) else {
            return .problem(400, "alreadyRevoked", "revoked before")
        }
        state.revoked.append((serial, call.payload?["reason"], call.account == nil))
        return .answer(200)
    }
}
