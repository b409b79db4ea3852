// What calls under `/v1/agents` say of themselves: ANS has deprecated them in favour of `/v2/ans/agents`.

import HTTPTypes
import RegistrationAuthority

/// The older lane of calls about agents.
enum OlderLane {
    /// The fields of every answer to a call that `/v2` has too; none for other paths.
    ///
    /// ANS writes `Deprecation: true`; the date of RFC 9745 would be that of a decision which nobody here has made.
    static func fields(for path: String) -> HTTPFields {
        guard let successor = self.successor(of: path), let deprecation = HTTPField.Name("Deprecation"),
            let link = HTTPField.Name("Link")
        else { return [:] }
        return [deprecation: "true", link: "<\(successor)>; rel=\"successor-version\""]
    }

    /// The same call in `/v2`; nil where there is none.
    static func successor(of path: String) -> String? {
        let (older, newer) = ("/v1/agents", "/v2/ans/agents")
        if path == older || path == older + "/register" { return newer }
        // Nothing of a caller's path but ids and names of calls is given back in a field.
        guard path.hasPrefix(older + "/"), path.utf8.count < 256, path.utf8.allSatisfy(\.isPlain) else { return nil }
        let rest = path.dropFirst(older.count + 1)
        guard let id = rest.split(separator: "/").first, AgentID(String(id)) != nil else { return nil }
        // The renewal window is ours: ANS has no such call.
        return rest.hasSuffix("/renewal") && !rest.hasSuffix("/certificates/server/renewal") ? nil : newer + "/" + rest
    }
}

extension UInt8 {
    fileprivate var isPlain: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "/"):
            true
        default: false
        }
    }
}
