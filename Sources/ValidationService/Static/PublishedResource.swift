// What is published at a path: CRLs, issuer certificates. In memory, or a file that is sent by the kernel.

import Crypto
public import NIOCore
public import PKIX
import Synchronization

/// A representation with what HTTP says about it (RFC 9110 §8).
public struct PublishedResource: Sendable {
    /// Where the octets are.
    public enum Content: Sendable {
        /// In memory.
        case bytes(ByteBuffer)
        /// In an open file.
        case file(PublishedFile)
    }

    /// What it stands for.
    public enum Standing: Sendable {
        /// What is published at the path.
        case present
        /// That nothing is there: the octets say so to people (404).
        case absent
        /// That the request cannot be understood: the octets say why (400).
        case refused
    }

    /// The octets.
    public let content: Content
    /// The media type.
    public let contentType: String
    /// The strong entity tag, without quotes: characters of RFC 9110 §8.8.3 only.
    public let entityTag: String
    /// When it was made; `nil` for what changes too often for a date to tell one state from the next (RFC 9110 §8.8.2.2).
    public let lastModified: CertificateTime?
    /// Whether what was published at the same path before it was made in the same second: then the date does not tell the
    /// two apart (RFC 9110 §8.8.2.2), and is believed only when the client's is later.
    public var sharesItsSecond = false
    /// What it stands for.
    public var standing = Standing.present
    /// Further fields of the answer: names and values as RFC 9110 §5 has them, which the publisher answers for.
    public var fields: [(name: String, value: String)] = []
    /// Until when it may be kept; `nil` for no limit of its own.
    public let expires: CertificateTime?
    /// Seconds that caches may keep it, at most until ``expires``; 0 for not at all, `nil` to say ``expires`` alone.
    public let maxAge: Int64?

    /// Creates a resource.
    public init(
        content: Content,
        contentType: String,
        entityTag: String,
        lastModified: CertificateTime?,
        expires: CertificateTime? = nil,
        maxAge: Int64? = nil
    ) {
        self.content = content
        self.contentType = contentType
        self.entityTag = entityTag
        self.lastModified = lastModified
        self.expires = expires
        self.maxAge = maxAge
    }

    /// Creates a resource in memory, whose entity tag is the SHA-256 of its octets.
    public init(
        bytes: [UInt8],
        contentType: String,
        lastModified: CertificateTime?,
        expires: CertificateTime? = nil,
        maxAge: Int64? = nil
    ) {
        self.init(
            content: .bytes(ByteBuffer(bytes: bytes)),
            contentType: contentType,
            entityTag: Array(SHA256.hash(data: bytes)).hexadecimal,
            lastModified: lastModified,
            expires: expires,
            maxAge: maxAge
        )
    }

    /// Octets of the whole.
    public var count: Int {
        switch self.content {
        case .bytes(let buffer): buffer.readableBytes
        case .file(let file): file.count
        }
    }

    /// Seconds from now that caches may keep it; `nil` to say nothing.
    func age(now: Int64) -> Int64? {
        let left = self.expires.map { max(0, $0.secondsSinceEpoch - now) }
        guard let maxAge = self.maxAge else { return left }
        return left.map { min($0, maxAge) } ?? maxAge
    }
}

/// A file that stays open for as long as it is published: a path may get another file meanwhile.
public final class PublishedFile: Sendable {
    /// Octets of the file when it was opened.
    public let count: Int
    private let handle: Mutex<NIOFileHandle>

    /// Takes over an open file of a known size, which nobody changes from now on.
    public init(handle: sending NIOFileHandle, count: Int) {
        self.handle = Mutex(handle)
        self.count = count
    }

    /// Opens a file; blocks.
    ///
    /// - Throws: what the system says.
    public convenience init(path: String) throws {
        let handle = try NIOFileHandle(_deprecatedPath: path)
        do {
            let region = try FileRegion(fileHandle: handle)
            self.init(handle: handle, count: region.readableBytes)
        } catch {
            try? handle.close()
            throw error
        }
    }

    deinit {
        self.handle.withLock { handle in _ = try? handle.close() }
    }

    /// A region of the file under the one descriptor, which is open for as long as the caller keeps this object.
    ///
    /// Readers share it: a region is sent from a place of its own, and the descriptor's is never moved.
    func region(_ range: Range<Int>) -> FileRegion {
        self.handle.withLock { FileRegion(fileHandle: $0, readerIndex: range.lowerBound, endIndex: range.upperBound) }
    }
}
