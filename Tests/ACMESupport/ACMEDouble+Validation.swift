// Authorizations and challenges (RFC 8555 §7.5): the CA looks at what the test's solver has published.

import JOSE
import JSON
import LoopbackSupport
import PKIX

@testable import ACME

extension ACMEDouble {
    func authorization(_ number: Int, _ call: SignedCall, _ state: inout State) -> LoopbackReply {
        if call.payload?["status"]?.text == "deactivated" { state.authorizations[number].status = "deactivated" }
        if state.authorizations[number].status == "pending", state.authorizations[number].type != nil {
            state.authorizations[number].roundsLeft -= 1
            if state.authorizations[number].roundsLeft <= 0 { self.decide(number, &state) }
        }
        var headers: [(String, String)] = []
        if let retryAfter = state.settings.retryAfter { headers.append(("Retry-After", retryAfter)) }
        return .json(200, state.settings.decorate(.authorization, self.document(number, state)), headers: headers)
    }

    private func document(_ number: Int, _ state: State) -> JSONValue {
        let authorization = state.authorizations[number]
        let types = authorization.isWildcard ? ["dns-01"] : state.settings.challengeTypes
        let challenges = types.indices.map { self.challengeDocument(number, types[$0], $0, state) }
        return .object(present: [
            "identifier": authorization.identifier.json, "status": .string(authorization.status),
            "expires": .string((self.authority.now + 3_600).description),
            "wildcard": authorization.isWildcard ? true : nil,
            // In another order each time.
            "challenges": .array(challenges.shuffled()),
        ])
    }

    private func challengeDocument(_ number: Int, _ type: String, _ index: Int, _ state: State) -> JSONValue {
        let authorization = state.authorizations[number]
        let isChosen = authorization.type == type
        let status = !isChosen ? "pending" : authorization.status == "pending" ? "processing" : authorization.status
        return .object(present: [
            "type": .string(type), "url": .string(self.url(.challenge, number * 10 + index, state)),
            "status": .string(status), "token": type == "carrier-pigeon-01" ? nil : .string(authorization.token),
            "error": isChosen ? authorization.error : nil, "pigeons": type == "carrier-pigeon-01" ? 3 : nil,
        ])
    }

    func challenge(_ number: Int, _ call: SignedCall, _ state: inout State) -> LoopbackReply {
        let (place, index) = (number / 10, number % 10)
        let types = state.authorizations[place].isWildcard ? ["dns-01"] : state.settings.challengeTypes
        guard types.indices.contains(index), call.payload == [:] else {
            return .problem(400, "malformed", "a response is an empty object")
        }
        guard state.authorizations[place].status == "pending" else {
            return .problem(400, "malformed", "the authorization is decided")
        }
        state.authorizations[place].responses += 1
        if state.authorizations[place].type == nil {
            state.authorizations[place].type = types[index]
            state.authorizations[place].roundsLeft = state.settings.rounds
        }
        return .json(200, self.challengeDocument(place, types[index], index, state))
    }

    private func decide(_ number: Int, _ state: inout State) {
        let authorization = state.authorizations[number]
        let thumbprint = state.accounts[authorization.account].key.thumbprint
        let isFound = self.isAnswered(
            authorization.type ?? "",
            authorization.identifier.value,
            authorization.token,
            "\(authorization.token).\(thumbprint)"
        )
        let miss: JSONValue = [
            "type": "urn:ietf:params:acme:error:incorrectResponse", "detail": "nothing found", "status": 403,
        ]
        // Not `nil`, which would be JSON's null.
        let error = state.settings.authorizationError ?? (isFound ? JSONValue?.none : miss)
        state.authorizations[number].status = error == nil ? "valid" : "invalid"
        state.authorizations[number].error = error
        for place in state.orders.indices where state.orders[place].authorizations.contains(number) {
            let all = state.orders[place].authorizations.map { state.authorizations[$0].status }
            guard state.orders[place].status == "pending" else { continue }
            if all.allSatisfy({ $0 == "valid" }) { state.orders[place].status = "ready" }
            if all.contains("invalid") { state.orders[place].status = "invalid" }
        }
    }
}
