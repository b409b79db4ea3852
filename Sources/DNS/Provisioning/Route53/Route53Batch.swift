// Changes of whole sets: the exact old set is deleted and the new one created in one transaction, so that a set that
// others have changed meanwhile is refused instead of overwritten. (UPSERT would overwrite it.)

/// The change of one set.
struct Route53Edit: Sendable {
    let group: ChangeGroup
    /// As it is; without values when there is none.
    let old: HostedRecordSet
    /// As it shall be; without values when there shall be none.
    let new: HostedRecordSet

    /// `ResourceRecord` elements in the batch.
    var elements: Int { self.old.values.count + self.new.values.count }

    /// Characters of all `Value` elements in the batch.
    var characters: Int { (self.old.values + self.new.values).reduce(0) { $0 + $1.text.count } }
}

/// Edits of one transaction.
struct Route53Batch: Sendable {
    /// "1,000 ResourceRecord elements" in one request.
    static let elementLimit = 1_000
    /// "The sum of the number of characters (including spaces) in all Value elements": 32,000.
    static let characterLimit = 32_000
    static let namespace = "https://route53.amazonaws.com/doc/2013-04-01/"

    let edits: [Route53Edit]

    /// Fills batches in order; an edit that fits into none is alone in its own.
    static func pack(_ edits: [Route53Edit]) -> [Route53Batch] {
        var batches: [[Route53Edit]] = []
        var (elements, characters) = (0, 0)
        for edit in edits {
            let isFull =
                elements + edit.elements > Self.elementLimit || characters + edit.characters > Self.characterLimit
            if batches.isEmpty || isFull {
                batches.append([])
                (elements, characters) = (0, 0)
            }
            batches[batches.count - 1].append(edit)
            elements += edit.elements
            characters += edit.characters
        }
        return batches.map { Route53Batch(edits: $0) }
    }

    /// The places of the changes that it makes.
    var indices: [Int] { self.edits.flatMap(\.group.indices) }

    /// The body of `ChangeResourceRecordSets`; what goes, goes first: an alias makes room for what replaces it.
    var document: [UInt8] {
        let deletes = self.edits.compactMap { Self.change("DELETE", $0.old) }
        let creates = self.edits.compactMap { Self.change("CREATE", $0.new) }
        let changes = (deletes + creates).joined()
        return Array(
            ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ChangeResourceRecordSetsRequest xmlns=\"\(Self.namespace)\">"
                + "<ChangeBatch><Comment>signet</Comment><Changes>\(changes)</Changes></ChangeBatch>"
                + "</ChangeResourceRecordSetsRequest>").utf8
        )
    }

    private static func change(_ action: String, _ set: HostedRecordSet) -> String? {
        guard !set.values.isEmpty else { return nil }
        let values = set.values.map { "<ResourceRecord><Value>\(Self.escaped($0.text))</Value></ResourceRecord>" }
        return "<Change><Action>\(action)</Action><ResourceRecordSet>"
            + "<Name>\(Self.escaped(Route53Text.write(set.key.name)))</Name><Type>\(set.key.type)</Type>"
            + "<TTL>\(set.ttl ?? 0)</TTL><ResourceRecords>\(values.joined())</ResourceRecords>"
            + "</ResourceRecordSet></Change>"
    }

    private static func escaped(_ text: String) -> String {
        text.map { character in
            switch character {
            case "&": "&amp;"
            case "<": "&lt;"
            case ">": "&gt;"
            default: String(character)
            }
        }.joined()
    }
}
