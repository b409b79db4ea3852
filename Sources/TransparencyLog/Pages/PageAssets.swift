// What the pages load: a style sheet, a module of JavaScript, an icon. Their addresses have the hash of their content, so
// that they may be kept for long and never go with a page of another version.

import Crypto
import PKIX

/// A file that pages load.
struct PageAsset: Hashable, Sendable {
    /// Where it is.
    let path: String
    /// Its content.
    let bytes: [UInt8]
    /// Its media type.
    let contentType: String

    static let style = PageAsset("page", "css", "text/css; charset=utf-8", PackageResources.page_css)
    static let module = PageAsset("page", "js", "text/javascript; charset=utf-8", PackageResources.page_js)
    static let icon = PageAsset("icon", "svg", "image/svg+xml", PackageResources.icon_svg)
    static let all = [Self.style, Self.module, Self.icon]

    private init(_ name: String, _ suffix: String, _ contentType: String, _ bytes: [UInt8]) {
        let hash = Array(SHA256.hash(data: bytes).prefix(8)).hexadecimal
        self.path = "/log/\(name).\(hash).\(suffix)"
        self.bytes = bytes
        self.contentType = contentType
    }
}
