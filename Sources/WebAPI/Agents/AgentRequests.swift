// What calls about agents have in common: bodies, paths, pages, preferences.

import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import RegistrationAuthority
import TransparencyLog

extension Request {
    /// The body of a request that must be a JSON object; unknown members are its reader's matter.
    func jsonObject(within limits: JSONLimits) async throws -> JSONValue {
        let body = try await self.jsonBody()
        let value = try JSONReader.read(body, within: limits)
        guard case .object = value else {
            throw Problem(.malformedJSON, "the body must be a JSON object; it is \(value.kind)")
        }
        return value
    }
}

extension ManagementContext {
    /// The agent's id in the path.
    func agentID() throws(Problem) -> AgentID {
        guard let text = self.parameters.get("agentId"), let id = AgentID(text) else {
            throw Problem(.agentNotFound, "an agent's id is a UUID, as its registration gave it")
        }
        return id
    }
}

extension RequestOrigin {
    /// Where a request came from.
    init(_ context: ManagementContext) {
        self.init(address: context.remoteAddress?.ipAddress, requestID: context.requestID)
    }
}

extension Response {
    /// An answer in JSON.
    ///
    /// - Parameter inclusion: the proof that the log has what was done, for whoever waited for it: the member `log`.
    static func json(
        _ value: JSONValue,
        status: HTTPResponse.Status = .ok,
        headers: HTTPFields = [:],
        proving inclusion: LogInclusion? = nil
    ) -> Response {
        var headers = headers
        headers.append(contentsOf: HTTPFields.applied(inclusion))
        headers[.contentType] = MediaType.json
        let value = value.appending(inclusion.map { [JSONMember(name: "log", value: .log($0))] } ?? [])
        return Response(
            status: status,
            headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.serialized))
        )
    }
}

/// A page of agents: `status` (repeated or not), `agentHost`, `awaiting`, `owner`, `limit`, `cursor`.
struct AgentPage {
    static let parameters = ["status", "agentHost", "awaiting", "owner", "limit", "cursor"]

    let query: RegistrationQuery
    /// Whose agents; nil for the caller's own.
    let owner: Owner?

    /// Whose agents are asked for.
    enum Owner: Hashable {
        /// Everyone's.
        case all
        /// Those of an account.
        case account(String)
    }

    /// Reads the parameters of a listing.
    ///
    /// - Throws: ``Problem`` with `.invalidQuery`, naming the parameter.
    init(_ query: String?) throws(Problem) {
        let parameters = try QueryParameters(query, admitting: Self.parameters, repeatable: ["status"])
        let sizes = 1...RegistrationAuthority.Budget.registrationsPerPage
        let limit = try parameters.value("limit", "must be from 1 to \(sizes.upperBound)") { text in
            Int(text).flatMap { sizes.contains($0) ? $0 : nil }
        }
        let names = AgentStatus.allCases.map(\.rawValue).joined(separator: ", ")
        let statuses = try parameters.value(
            "status",
            "must be ALL or one or more of \(names), with commas",
            Self.statuses
        )
        let awaiting = try parameters.value("awaiting", "must be APPROVAL, CONTROL or RECORDS") { Self.steps[$0] }
        self.owner = parameters["owner"].map { $0 == "ALL" ? .all : .account($0) }
        self.query = RegistrationQuery(
            host: parameters["agentHost"]?.lowercased(),
            statuses: statuses ?? (awaiting == nil ? [.active] : []),
            step: awaiting,
            before: try parameters.value("cursor", "is not one that a listing gave") { AgentID($0) },
            limit: limit ?? 20
        )
    }

    /// For whom a registration may wait.
    private static let steps: [String: RegistrationStep] = [
        "APPROVAL": .awaitApproval, "CONTROL": .awaitControl, "RECORDS": .awaitRecords,
    ]

    private static func statuses(_ text: String) -> Set<AgentStatus>? {
        let names = text.split(separator: ",", omittingEmptySubsequences: false)
        let statuses = names.filter { $0 != "ALL" }.map { AgentStatus(rawValue: String($0)) }
        guard !statuses.contains(nil) else { return nil }
        return statuses.count < names.count ? [] : Set(statuses.compactMap(\.self))
    }
}

/// The field `Prefer` (RFC 7240).
enum Preference {
    /// For how long the caller would wait for the end of the work (§4.3); nothing when it does not say so.
    static func wait(in headers: HTTPFields) -> Duration {
        guard let name = HTTPField.Name("Prefer") else { return .zero }
        for preference in headers[values: name].flatMap({ $0.split(separator: ",") }) {
            let parts = preference.trimmedOfSpace.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == "wait", let seconds = Int(parts[1].trimmedOfSpace) {
                return .seconds(max(0, min(seconds, 3_600)))
            }
        }
        return .zero
    }
}

extension HTTPFields {
    /// What rate limits say (draft-ietf-httpapi-ratelimit-headers).
    static func rateLimit(_ verdict: RateLimitVerdict?) -> HTTPFields {
        var fields = HTTPFields()
        guard let verdict else { return fields }
        for (name, value) in [
            ("RateLimit", verdict.rateLimitField), ("RateLimit-Policy", verdict.rateLimitPolicyField),
            ("Retry-After", verdict.retryAfterField),
        ] {
            if let value, let name = HTTPField.Name(name) { fields[name] = value }
        }
        return fields
    }
}
