// Choosing a representation by the Accept field (RFC 9110 §12.5.1).

import HTTPTypes
import Hummingbird

/// The forms that an answer can be had in.
protocol AcceptableForm: CaseIterable, Sendable {
    /// The form without a preference.
    static var usual: Self { get }
    /// The media type.
    var mediaType: String { get }
}

/// The forms that a certificate can be had in.
enum CertificateForm: AcceptableForm {
    static let usual = Self.json

    case json
    case pemChain

    var mediaType: String {
        switch self {
        case .json: MediaType.json
        case .pemChain: MediaType.pemChain
        }
    }
}

/// The forms that a signed document can be had in.
enum SignedForm: AcceptableForm {
    static let usual = Self.json

    case json
    case jose

    var mediaType: String {
        switch self {
        case .json: MediaType.json
        case .jose: MediaType.jose
        }
    }
}

extension AcceptableForm {
    /// The form that the request likes best; the usual one when it has no preference.
    ///
    /// - Throws: ``Problem`` with `.notAcceptable`, before anything is done.
    static func preferred(by request: Request) throws(Problem) -> Self {
        guard let accept = request.headers[.accept] else { return Self.usual }
        let ranges = accept.split(separator: ",").prefix(Budget.headerFields).map(MediaRange.init)
        var best: (form: Self, quality: Double) = (Self.usual, 0)
        for form in Self.allCases {
            // "the most specific reference has precedence"
            let match = ranges.filter { $0.matches(form.mediaType) }.max { $0.specificity < $1.specificity }
            guard let quality = match?.quality, quality > best.quality else { continue }
            best = (form, quality)
        }
        guard best.quality > 0 else {
            let offered = Self.allCases.map(\.mediaType).joined(separator: " and ")
            throw Problem(.notAcceptable, "the answer can be had as \(offered)")
        }
        return best.form
    }
}

/// One member of an Accept field: a range of media types and its weight.
private struct MediaRange {
    private let range: String
    let quality: Double

    init(_ text: Substring) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false).map { $0.trimmedOfSpace.lowercased() }
        self.range = parts[0]
        let weight = parts.first { $0.hasPrefix("q=") }?.dropFirst(2)
        self.quality = weight.map { Double($0) ?? 0 } ?? 1
    }

    var specificity: Int { self.range == "*/*" ? 0 : self.range.hasSuffix("/*") ? 1 : 2 }

    func matches(_ mediaType: String) -> Bool {
        switch self.specificity {
        case 0: true
        case 1: mediaType.hasPrefix(self.range.dropLast())
        default: mediaType == self.range
        }
    }
}
