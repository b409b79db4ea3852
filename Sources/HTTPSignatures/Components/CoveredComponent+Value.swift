// The value of a component in a request (RFC 9421 §2.1, §2.2).

import HTTPTypes

extension CoveredComponent {
    /// The value that stands in the signature base.
    func value(in request: HTTPRequest) throws(HTTPSignatureError) -> String {
        let value =
            switch self.name {
            case "@method": request.method.rawValue
            case "@query-param": try RequestTarget(request).value(ofQueryParameter: self.queryParameter ?? "")
            case "@target-uri": try RequestTarget(request).uri
            case "@authority": try RequestTarget(request).authority
            case "@scheme": try RequestTarget(request).scheme
            case "@request-target": try RequestTarget(request).requestTarget
            case "@path": try RequestTarget(request).path
            case "@query": try RequestTarget(request).query
            default: try self.fieldValue(in: request)
            }
        // RFC 9421 §2.5: the base is ASCII, and a newline in a value would let it stand for another component.
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else {
            throw HTTPSignatureError(
                .missingComponent,
                "the component '\(self.name)' has characters that cannot be signed"
            )
        }
        return value
    }

    /// The lines in order, each without leading and trailing white space, joined by a comma and a space (RFC 9421 §2.1).
    ///
    /// Obsolete line folding does not reach us: HTTP/1.1 parsers refuse it or make it spaces (RFC 9112 §5.2).
    private func fieldValue(in request: HTTPRequest) throws(HTTPSignatureError) -> String {
        let lines = HTTPField.Name(self.name).map { request.headerFields[fields: $0] } ?? []
        guard !lines.isEmpty else {
            throw HTTPSignatureError(.missingComponent, "the signature covers '\(self.name)', which the request lacks")
        }
        return lines.map { line in
            let isSpace = { (character: Unicode.Scalar) in character == " " || character == "\t" }
            var value = line.value.unicodeScalars.drop(while: isSpace)
            while let last = value.last, isSpace(last) { value.removeLast() }
            return String(value)
        }.joined(separator: ", ")
    }
}
