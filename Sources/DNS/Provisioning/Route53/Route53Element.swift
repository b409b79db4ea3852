// Answers of Route 53: XML of elements and text, read with FoundationXML. Declarations of types, and with them entities,
// are refused before the parser sees them.

import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// An element with its children or its text.
struct Route53Element: Hashable, Sendable {
    let name: String
    var children: [Route53Element] = []
    var text = ""

    /// Reads a document; nil when it is not XML, or has what an answer of Route 53 never has.
    init?(document: [UInt8]) {
        let isDeclaring = document.indices.contains { document[$0...].starts(with: "<!DOCTYPE".utf8) }
        guard !document.isEmpty, !isDeclaring else { return nil }
        let reader = Route53Reader()
        let parser = XMLParser(data: Data(document))
        parser.delegate = reader
        guard parser.parse(), let root = reader.root else { return nil }
        self = root
    }

    fileprivate init(name: String) {
        self.name = name
    }

    /// The first child of a name.
    subscript(name: String) -> Route53Element? { self.children.first { $0.name == name } }

    /// The children of a name.
    func all(_ name: String) -> [Route53Element] { self.children.filter { $0.name == name } }
}

/// Builds the tree; used by one task, for one document.
private final class Route53Reader: NSObject, XMLParserDelegate {
    private(set) var root: Route53Element?
    private var open: [Route53Element] = []

    func parser(
        _ parser: XMLParser,
        didStartElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        guard self.open.count < ProviderBudget.xmlDepth else { return parser.abortParsing() }
        self.open.append(Route53Element(name: elementName))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard !self.open.isEmpty else { return }
        self.open[self.open.count - 1].text += string
    }

    func parser(_ parser: XMLParser, didEndElement elementName: String, namespaceURI: String?, qualifiedName: String?) {
        guard var element = self.open.popLast() else { return }
        if !element.children.isEmpty { element.text = "" }
        if self.open.isEmpty {
            self.root = element
        } else {
            self.open[self.open.count - 1].children.append(element)
        }
    }
}
