// Conditional requests and ranges (RFC 9110 §13.2.2, §14), decided from a resource and a head.

import PKIX

/// What a request gets of a resource.
enum Representation: Equatable {
    /// All of it.
    case whole
    /// Nothing: the client has it.
    case notModified
    /// A part.
    case part(Range<Int>)
    /// Nothing: the part that is asked for does not exist.
    case unsatisfiable

    /// Decides for a resource.
    init(_ resource: PublishedResource, _ head: RequestHead, _ bytes: Span<UInt8>) {
        if !head.ifNoneMatch.isEmpty {
            // RFC 9110 §13.1.3: If-Modified-Since is ignored beside If-None-Match.
            if Self.matches(bytes, head.ifNoneMatch, resource.entityTag) {
                self = .notModified
                return
            }
        } else if !head.ifModifiedSince.isEmpty, let since = HTTPDate.sortable(bytes.text(head.ifModifiedSince)),
            let modified = resource.lastModified?.description,
            modified < since || modified == since && !resource.sharesItsSecond
        {
            self = .notModified
            return
        }
        // RFC 9110 §14.2: Range is defined for GET alone.
        guard head.method == .get, !head.range.isEmpty, Self.admitsRange(resource, head, bytes) else {
            self = .whole
            return
        }
        self = Self.part(bytes.text(head.range), of: resource.count)
    }

    /// RFC 9110 §13.1.5: a strong comparison with the entity tag, or an exact one with the date.
    private static func admitsRange(_ resource: PublishedResource, _ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        if head.ifRange.isEmpty { return true }
        let text = bytes.text(head.ifRange)
        if text == "\"\(resource.entityTag)\"" { return true }
        guard let modified = resource.lastModified?.description, !resource.sharesItsSecond else { return false }
        return HTTPDate.sortable(text) == modified
    }

    /// One range of octets; several, or anything that is none, are answered with the whole, as §14.2 admits.
    private static func part(_ field: String, of count: Int) -> Representation {
        let text = field.lowercased()
        guard text.hasPrefix("bytes="), !text.contains(",") else { return .whole }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { $0.decimalDigit != nil } }) else { return .whole }
        // Numbers that do not fit are beyond the end of any file.
        let (first, last) = (Self.number(ends[0]), Self.number(ends[1]))
        switch (first, last) {
        case (let first?, let last?):
            guard first <= last else { return .whole }
            return first < count ? .part(first..<(min(last, count - 1) + 1)) : .unsatisfiable
        case (let first?, nil): return first < count ? .part(first..<count) : .unsatisfiable
        case (nil, let suffix?): return suffix > 0 && count > 0 ? .part(max(0, count - suffix)..<count) : .unsatisfiable
        case (nil, nil): return .whole
        }
    }

    private static func number(_ digits: Substring) -> Int? {
        digits.isEmpty ? nil : Int(digits).map { min($0, Int.max - 1) } ?? Int.max - 1
    }

    /// The weak comparison of RFC 9110 §8.8.3.2 with each tag of a list.
    private static func matches(_ bytes: Span<UInt8>, _ list: Range<Int>, _ tag: String) -> Bool {
        bytes.entityTagList(list, has: Array(tag.utf8))
    }
}

extension Span<UInt8> {
    /// Whether a list of entity tags (RFC 9110 §13.1.2) has a tag, or is "*".
    ///
    /// No tag of ours has a comma, so a list can be cut at commas.
    func entityTagList(_ list: Range<Int>, has tag: [UInt8]) -> Bool {
        var start = list.lowerBound
        while start < list.upperBound {
            var end = start
            while end < list.upperBound, self[end] != UInt8(ascii: ",") { end += 1 }
            var element = self.trimmed(start..<end)
            if element.count == 1, self[element.lowerBound] == UInt8(ascii: "*") { return true }
            if element.count > 2, self[element.lowerBound] == UInt8(ascii: "W"),
                self[element.lowerBound + 1] == UInt8(ascii: "/")
            {
                element = (element.lowerBound + 2)..<element.upperBound
            }
            if element.count == tag.count + 2, self[element.lowerBound] == UInt8(ascii: "\""),
                self[element.upperBound - 1] == UInt8(ascii: "\""),
                self.holds(tag, at: (element.lowerBound + 1)..<(element.upperBound - 1))
            {
                return true
            }
            start = end + 1
        }
        return false
    }
}
