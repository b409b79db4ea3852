// What every request must be (RFC 8555 §6.2 to §6.5).

import JOSE
import JSON
import LoopbackSupport

@testable import ACME

/// A request whose signature was verified.
struct SignedCall {
    let account: Int?
    let key: JSONWebKey
    let payload: JSONValue?
    let url: String
}

struct DoubleRefusal: Error {
    let status: Int
    let kind: String
    let detail: String

    func reply(_ state: inout ACMEDouble.State) -> LoopbackReply {
        LoopbackReply.problem(self.status, self.kind, self.detail).with(nonceOf: &state)
    }
}

extension ACMEDouble {
    func verified(
        _ request: LoopbackRequest,
        _ endpoint: DoubleEndpoint,
        _ state: inout State
    ) -> Result<SignedCall, DoubleRefusal> {
        do { return .success(try self.check(request, endpoint, &state)) } catch let refusal as DoubleRefusal {
            return .failure(refusal)
        } catch {
            return .failure(DoubleRefusal(status: 400, kind: "malformed", detail: "\(error)"))
        }
    }

    private func check(
        _ request: LoopbackRequest,
        _ endpoint: DoubleEndpoint,
        _ state: inout State
    ) throws -> SignedCall {
        guard request.header("Content-Type") == "application/jose+json" else {
            throw DoubleRefusal(status: 415, kind: "malformed", detail: "content type")
        }
        let value = try JSONReader.read(request.body, within: Budget.documentLimits)
        let signature = try JSONWebSignature(flattened: value)
        let header = signature.header
        let (account, key) = try self.key(of: header, endpoint, state)
        _ = try signature.verified(with: key)
        guard let url = header.value["url"]?.text, url == "http://127.0.0.1:\(state.port)\(request.path)" else {
            throw DoubleRefusal(status: 401, kind: "unauthorized", detail: "the url of the header is another")
        }
        guard let nonce = header.value["nonce"]?.text, state.nonces.remove(nonce) != nil,
            state.settings.rejectedNonces == 0
        else {
            state.settings.rejectedNonces = max(0, state.settings.rejectedNonces - 1)
            throw DoubleRefusal(status: 400, kind: "badNonce", detail: "not a nonce of ours")
        }
        let payload =
            signature.payload.isEmpty ? nil : try JSONReader.read(signature.payload, within: Budget.documentLimits)
        if case .object(let members) = payload, members.contains(where: { $0.value == .null }) {
            throw DoubleRefusal(status: 400, kind: "malformed", detail: "a member is null")
        }
        return SignedCall(account: account, key: key, payload: payload, url: url)
    }

    private func key(
        of header: JWSHeader,
        _ endpoint: DoubleEndpoint,
        _ state: State
    ) throws -> (Int?, JSONWebKey) {
        if let key = try header.webKey {
            guard header.keyID == nil, endpoint == .newAccount || endpoint == .revoke else {
                throw DoubleRefusal(status: 400, kind: "malformed", detail: "jwk where kid is due")
            }
            return (nil, key)
        }
        guard let kid = header.keyID, let number = kid.split(separator: "/").last.flatMap({ Int($0) }),
            state.accounts.indices.contains(number), kid == self.url(.account, number, state)
        else { throw DoubleRefusal(status: 400, kind: "accountDoesNotExist", detail: "no such account") }
        guard state.accounts[number].status == "valid" else {
            throw DoubleRefusal(status: 401, kind: "unauthorized", detail: "the account is deactivated")
        }
        return (number, state.accounts[number].key)
    }
}
